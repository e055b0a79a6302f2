"""`relay`, the operator's command line. On the operator's machine only: it is not part of what is deployed."""
