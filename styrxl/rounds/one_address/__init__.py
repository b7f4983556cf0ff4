"""One mail address, and all that is held about it: for whoever asks what a municipality knows of them."""
