//! The page without a browser: rendered whole, readable without JavaScript, and nothing of others in it.
