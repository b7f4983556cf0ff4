"""What comes back, in the desk: uploaded, fetched from the mailbox, judged, and what waits in quarantine."""
