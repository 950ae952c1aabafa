//! A form that is on its way.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::ApiError;
use crate::app::browser;

/// Sends a form of which everything on the page depends: after it, the page is loaded anew.
#[derive(Clone, Copy)]
pub(in crate::app) struct Sending {
    pub error: RwSignal<Option<ApiError>>,
    pub busy: RwSignal<bool>,
}

impl Sending {
    /// `told` is what the address says of the form when it was sent without JavaScript.
    pub fn new(told: Option<ApiError>) -> Self {
        Self {
            error: RwSignal::new(told),
            busy: RwSignal::new(false),
        }
    }

    /// Sends the form, and then goes to `next`.
    pub fn send(self, event: SubmitEvent, asked: impl Future<Output = Result<(), ApiError>> + 'static, next: &'static str) {
        event.prevent_default();
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        spawn_local(async move {
            let answer = asked.await;
            match answer {
                Ok(()) => browser::go(next),
                Err(error) => {
                    let _ = self.busy.try_set(false);
                    let _ = self.error.try_set(Some(error));
                }
            }
        });
    }

    /// The button that sends the form.
    pub fn button(self, text: &'static str) -> AnyView {
        view! {
            <button class="button strong wide" data-testid="submit" aria-busy=move || self.busy.get().to_string()>
                {text}
            </button>
        }
        .into_any()
    }
}
