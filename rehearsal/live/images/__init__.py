"""Images that run on live nodes."""
