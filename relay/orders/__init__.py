"""A shop's orders beside what is known of them: `relay reconcile`."""
