"""A round's inbox: in which order its files are judged, what that rests on, and what it gave before."""
