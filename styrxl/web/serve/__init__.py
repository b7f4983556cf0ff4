"""The site: owners look at and hand in their workbooks, several controllers work, behind the municipality's own address."""
