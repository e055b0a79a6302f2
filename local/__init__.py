"""The whole relay in one process: no Docker, no AWS account, no Roku key."""
