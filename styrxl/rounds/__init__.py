"""What a controller does, one verb a module; commands and mail call these."""
