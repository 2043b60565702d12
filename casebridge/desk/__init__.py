"""The case group's web app: sign in, see the queue, read a report, acknowledge it.

Part of the private tier: it opens sealed reports for the time of one page and keeps nothing
it has read. The public tier never imports it.
"""
