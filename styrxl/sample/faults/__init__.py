"""What people get wrong, each on purpose and with the finding that it must give."""
