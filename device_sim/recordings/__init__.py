"""Recorded files read as what the devices said then, to be published once more.

Knows CSV files and the columns of some loggers; nothing of brokers. Start reading at
`recording.py`.
"""
