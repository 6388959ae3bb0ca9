"""What a public run is made with: secrets found and moved, and what differs between the variants taken away.

raw        the raw tables as text, their confidential rows, and the copy that may be published
names      ids and texts of confidential rows, replaced
moves      numbers and dates of confidential rows, moved
values     one number or one text that reads the same in every variant
tables     the published tables, cell by cell
markup     HTML, node by node
notebooks  executed notebooks, output by output
sheets     the workbook, table by table and line by line
guard      a last look at every byte
"""
