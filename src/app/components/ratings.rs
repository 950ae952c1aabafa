//! What the person thinks of answers, with the way to each.

use leptos::prelude::*;

use super::icon::{BAD, GOOD, icon};
use super::problem::Problem;
use crate::api::chat::ratings;
use crate::api::view::RatingView;
use crate::app::first::{First, Json, first};
use crate::app::here;

/// The card on the settings page.
#[component]
pub(in crate::app) fn Ratings() -> impl IntoView {
    let texts = here();
    let first = first(|| async { First::Ratings(ratings().await) });
    view! {
        <section class="card" id="ratings" aria-labelledby="ratings-title">
            <h2 id="ratings-title">{texts.ratings}</h2>
            <Suspense fallback=move || {
                view! { <p class="faint">{texts.loading}</p> }
            }>
                {move || Suspend::new(async move {
                    match first.await {
                        Json(First::Ratings(Ok(ratings))) => list(ratings),
                        Json(First::Ratings(Err(error))) => view! { <Problem error=Signal::stored(Some(error)) /> }.into_any(),
                        _ => ().into_any(),
                    }
                })}
            </Suspense>
        </section>
    }
    .into_any()
}

fn list(ratings: Vec<RatingView>) -> AnyView {
    let texts = here();
    if ratings.is_empty() {
        return view! { <p class="hint">{texts.no_ratings}</p> }.into_any();
    }
    let rows: Vec<AnyView> = ratings.into_iter().map(row).collect();
    view! { <ul class="rating-list" data-testid="ratings">{rows}</ul> }.into_any()
}

fn row(RatingView { path, text, good, at }: RatingView) -> AnyView {
    let texts = here();
    let (mark, label) = if good { (GOOD, texts.rate_good) } else { (BAD, texts.rate_bad) };
    // A picture or a form has no words of its own.
    let text = if text.is_empty() { texts.rated_item.to_owned() } else { text };
    view! {
        <li class="rating" class:is-bad=!good data-testid="rating">
            {icon(mark)}
            <div>
                <a href=path>
                    <span class="hidden">{label} ": "</span>
                    <bdi>{text}</bdi>
                </a>
                <p class="hint">{at}</p>
            </div>
        </li>
    }
    .into_any()
}
