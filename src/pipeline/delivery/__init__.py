"""What goes out: read, settle, bury, put back, report; the ledger and the circuits."""
