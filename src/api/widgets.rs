//! The gallery of widgets, for developers.
#![expect(
    missing_docs,
    reason = "the server macro makes a struct of the arguments, whose fields cannot carry docs"
)]

use leptos::prelude::*;
use leptos::server_fn::codec::Json;

use super::ApiError;
use super::view::{DrawnWidget, WidgetExample};

/// A widget for each type of component.
#[server(endpoint = "widgets/examples", input = Json)]
pub async fn load_widgets() -> Result<Vec<WidgetExample>, ApiError> {
    crate::server::page::gallery::examples().await
}

/// Draws the JSON of a widget, or says what is wrong with it.
#[server(endpoint = "widgets/render", input = Json)]
pub async fn render_widget(json: String) -> Result<DrawnWidget, ApiError> {
    crate::server::page::gallery::render(json).await
}
