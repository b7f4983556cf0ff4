"""What the program says of itself: help, wrong usage and completion, in the language that the rest speaks."""
