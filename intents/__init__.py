"""Understanding a question: which article is meant, how sure we are, and why.

Pure: no database, no web, no clock. Text and articles in, ranked matches and a decision out.
"""
