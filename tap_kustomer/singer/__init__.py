"""Everything that speaks Singer: messages, bookmarks, catalog, state, stream maps, output."""
