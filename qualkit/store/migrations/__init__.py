"""The steps from each schema to the next; one file a step, never changed once released."""
