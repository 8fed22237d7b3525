"""What is read on paper and in workbooks, in both languages: statements, reports, statistics.

Start reading at `statement_paper` and `report_paper`; the words are data, ``*_words.csv``.
"""
