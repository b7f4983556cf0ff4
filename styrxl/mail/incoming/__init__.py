"""Mail that comes in: where from, what a message holds, who may hand in, and what becomes of it."""
