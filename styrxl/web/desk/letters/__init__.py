"""Letters of a round, in the desk: seen as they will look, sent, and the mail tried."""
