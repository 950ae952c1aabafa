//! Bodies of the server functions of [`crate::api::widgets`].

use serde_json::Value;

use super::{
    Caller, caller, internal, of_app, refuse,
    widget::{self, examples::EXAMPLES},
};
use crate::{
    api::{
        ApiError,
        view::{DrawnWidget, WidgetExample},
    },
    domain::locale::Locale,
};

pub async fn examples() -> Result<Vec<WidgetExample>, ApiError> {
    let Caller { locale, .. } = caller().await?;
    let example = |(name, json): &(&str, &str)| WidgetExample {
        name: (*name).to_owned(),
        json: (*json).to_owned(),
        html: match drawn(json, name, locale) {
            DrawnWidget::Html(html) => html,
            DrawnWidget::Wrong(_) => String::new(),
        },
    };
    Ok(EXAMPLES.iter().map(example).collect())
}

pub async fn render(json: String) -> Result<DrawnWidget, ApiError> {
    let Caller { state, user, locale } = caller().await?;
    if let Some(seconds) = state.tool_calls.check(user.id, state.clock.now()) {
        return Err(refuse(ApiError::TooMany(seconds)));
    }
    let seat = state.drawings.take(user.id).map_err(|error| refuse(of_app(error)))?;
    // Drawing is the processor's work: it keeps no other request waiting.
    let drawing = tokio::task::spawn_blocking(move || {
        let _seat = seat;
        drawn(&json, "own", locale)
    });
    drawing.await.map_err(|error| refuse(internal(&error)))
}

fn drawn(json: &str, scope: &str, locale: Locale) -> DrawnWidget {
    match serde_json::from_str::<Value>(json) {
        // Serde says in which line and column.
        Err(error) => DrawnWidget::Wrong(error.to_string()),
        Ok(value) => match widget::html(&value, scope, locale) {
            Ok(html) => DrawnWidget::Html(html),
            Err(error) => DrawnWidget::Wrong(error.to_string()),
        },
    }
}
