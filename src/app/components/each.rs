//! Lists of which only what changes is drawn anew.

use std::sync::Arc;

use leptos::prelude::*;

/// Between the parts of a key.
pub(in crate::app) const PART: char = '\0';

/// Draws a view for every key, and keeps it as long as its key is there. One type for all lists, because each type of list is
/// another 10 KB for the browser to load: what a view needs beyond its key it looks up, or finds in the key.
pub(in crate::app) fn each(
    keys: impl Fn() -> Vec<String> + Send + Sync + 'static,
    view: impl Fn(String) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    type View = Arc<dyn Fn(String) -> AnyView + Send + Sync>;
    fn list(keys: Box<dyn Fn() -> Vec<String> + Send + Sync>, view: View) -> AnyView {
        view! { <For each=keys key=String::clone children=move |key| view(key) /> }.into_any()
    }
    list(Box::new(keys), Arc::new(view))
}
