"""What the files that describe forms, tables, rounds, words, letters and settings may say, and what is wrong in a workspace's own."""
