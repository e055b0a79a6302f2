"""`relay`, the operator's command line. On the operator's machine only: it is no part of what is deployed."""
