"""Who posts, and how: `relay keys` and `relay silence`."""
