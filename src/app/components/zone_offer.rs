//! Asks for the person's zone where it is another than that of their device: an account that was made on the command line, or a journey.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::icon::{CLOSE, icon};
use crate::api::account::set_zone;
use crate::app::{Session, browser};

/// Under which the browser remembers the zones that the person does not want.
pub(in crate::app) const KEPT: &str = "kaam.zone-kept";

/// The offer to use the device's zone; once it is turned down, it is not made again on this device for these two zones.
pub(super) fn offer() -> AnyView {
    let Session { viewer, texts } = Session::here();
    let Some(zone) = viewer.me.map(|me| me.zone) else {
        return ().into_any();
    };
    let offered = RwSignal::new(None::<String>);
    let pair = StoredValue::new(String::new());
    let known = zone.clone();
    Effect::new(move || {
        let here = browser::zone();
        pair.set_value(format!("{known} {here}"));
        let is_new = !here.is_empty() && here != known && browser::remembered(KEPT) != Some(pair.get_value());
        offered.set(is_new.then_some(here));
    });
    let keep = move |_| {
        browser::remember(KEPT, Some(&pair.get_value()));
        offered.set(None);
        browser::focus("#composer");
    };
    // Dates are all over the page: it is loaded anew.
    let take = move |zone: String| {
        spawn_local(async move {
            if set_zone(zone).await.is_ok() {
                browser::go(&browser::path());
            }
        });
    };
    (move || {
        let zone = zone.clone();
        offered.get().map(|here| {
            let wanted = here.clone();
            view! {
                <div class="notice built-in" role="status" data-testid="zone-offer">
                    <p>{texts.zone_differs.view(zone)}</p>
                    <button type="button" class="button small" data-testid="zone-take" on:click=move |_| take(wanted.clone())>
                        <span>{texts.use_zone.view(here)}</span>
                    </button>
                    <button type="button" class="small-round" aria-label=texts.close title=texts.close data-testid="zone-keep" on:click=keep>
                        {icon(CLOSE)}
                    </button>
                </div>
            }
            .into_any()
        })
    })
    .into_any()
}
