"""Links by which owners look at and hand in their workbooks at the municipality's own address, and short codes in their place."""
