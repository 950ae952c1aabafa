//! `/settings`.

use leptos::ev::SubmitEvent;
use leptos::html::Input;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use crate::api::account::set_profile;
use crate::app::components::bar::Bar;
use crate::app::components::built_in;
use crate::app::components::icon::{CHECK, LEAVE, icon};
use crate::app::components::problem::{Problem, told_by};
use crate::app::components::ratings::Ratings;
use crate::app::components::security::Security;
use crate::app::components::sending::Sending;
use crate::app::components::switches::Switches;
use crate::app::components::tokens::Tokens;
use crate::app::{Session, browser};
use crate::domain::locale::{Digits, WeekStart};

/// Zones that are offered; any other may be typed.
const ZONES: [&str; 32] = [
    "Asia/Karachi",
    "Asia/Kabul",
    "Asia/Kolkata",
    "Asia/Dhaka",
    "Asia/Dubai",
    "Asia/Muscat",
    "Asia/Riyadh",
    "Asia/Qatar",
    "Asia/Kuwait",
    "Asia/Bahrain",
    "Asia/Tehran",
    "Asia/Kuala_Lumpur",
    "Asia/Singapore",
    "Asia/Hong_Kong",
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Europe/Istanbul",
    "Europe/London",
    "Europe/Dublin",
    "Europe/Paris",
    "Europe/Berlin",
    "Europe/Oslo",
    "Europe/Madrid",
    "Africa/Cairo",
    "Africa/Johannesburg",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "America/Toronto",
    "Australia/Sydney",
    "UTC",
];

/// Name, zone, language, colours, and the way out.
#[component]
pub(in crate::app) fn SettingsPage() -> impl IntoView {
    let Session { viewer, texts } = Session::here();
    let (name, zone) = viewer.me.map(|me| (me.name, me.zone)).unwrap_or_default();
    let was_saved = use_query_map().with_untracked(|query| query.get("saved").is_some());
    let sending = Sending::new(told_by("/api/account/profile"));
    // The name and the zone are all over the page: it is loaded anew.
    let send = move |event: SubmitEvent| {
        let [name, zone, digits, week_start] = ["name", "zone", "digits", "week_start"].map(|name| browser::field(&event, name));
        let (digits, week_start) = (Digits::from_name(&digits), WeekStart::from_name(&week_start));
        sending.send(event, set_profile(name, zone, digits, week_start), "/settings?saved");
    };
    let field = NodeRef::<Input>::new();
    let offered = RwSignal::new(None::<String>);
    {
        let zone = zone.clone();
        Effect::new(move || offered.set(Some(browser::zone()).filter(|here| !here.is_empty() && *here != zone)));
    }
    let take = move |zone: String| {
        if let Some(field) = field.get_untracked() {
            field.set_value(&zone);
        }
        offered.set(None);
    };
    let offer = move |zone: String| {
        let wanted = zone.clone();
        view! {
            <button type="button" class="button small" data-testid="use-zone" on:click=move |_| take(wanted.clone())>
                <span>{texts.use_zone.view(zone)}</span>
            </button>
        }
    };

    let option = |name: &'static str, shown: &'static str, is_chosen: bool| {
        view! {
            <option value=name selected=is_chosen>
                {shown}
            </option>
        }
    };
    let digits =
        [(Digits::Latin, "123"), (Digits::Urdu, "۱۲۳")].map(|(digits, shown)| option(digits.name(), shown, digits == viewer.digits));
    let week_starts = texts
        .week_starts
        .map(|(day, shown)| option(day.name(), shown, day == viewer.week_start));

    view! {
        <Title text=texts.settings />
        <div class="page">
            <div class="middle">
                <Bar title=texts.settings.to_owned() />
                <main id="main" class="main scroller" tabindex="-1">
                    <div class="column sheet">
                        <section class="card" aria-labelledby="profile">
                            <h2 id="profile">{texts.profile}</h2>
                            <Problem error=sending.error />
                            {was_saved
                                .then(|| {
                                    view! { <p class="notice" role="status" data-testid="saved">{icon(CHECK)} {texts.saved}</p> }
                                })}
                            <form method="post" action="/api/account/profile" on:submit=send>
                                <label class="label" for="name">
                                    {texts.your_name}
                                </label>
                                <input id="name" class="field" type="text" name="name" dir="auto" maxlength="100" autocomplete="name" value=name />
                                <label class="label" for="zone">
                                    {texts.zone}
                                </label>
                                <input
                                    id="zone"
                                    class="field"
                                    type="text"
                                    name="zone"
                                    dir="ltr"
                                    required
                                    list="zones"
                                    autocomplete="off"
                                    spellcheck="false"
                                    aria-describedby="zone-note"
                                    value=zone
                                    node_ref=field
                                />
                                <datalist id="zones">
                                    {ZONES.map(|zone| view! { <option value=zone></option> }).into_iter().collect_view()}
                                </datalist>
                                <p id="zone-note" class="hint">
                                    {texts.zone_note}
                                </p>
                                {move || offered.get().map(offer)}
                                <label class="label" for="digits">
                                    {texts.digits}
                                </label>
                                <select id="digits" class="field" name="digits">
                                    {digits.into_iter().collect_view()}
                                </select>
                                <label class="label" for="week-start">
                                    {texts.week_start}
                                </label>
                                <select id="week-start" class="field" name="week_start">
                                    {week_starts.into_iter().collect_view()}
                                </select>
                                <button class="button strong" data-testid="submit">
                                    {texts.save}
                                </button>
                            </form>
                        </section>
                        <section class="card" aria-labelledby="appearance">
                            <h2 id="appearance">{texts.appearance}</h2>
                            <Switches />
                        </section>
                        {built_in::settings()}
                        <Ratings />
                        <Tokens />
                        <Security />
                        <section class="card" aria-labelledby="account">
                            <h2 id="account">{texts.account}</h2>
                            <form method="post" action="/api/account/sign-out">
                                <button class="button" data-testid="sign-out">
                                    {icon(LEAVE)}
                                    {texts.sign_out}
                                </button>
                            </form>
                        </section>
                        <section class="card" aria-labelledby="developers">
                            <h2 id="developers">{texts.developers}</h2>
                            <a class="button" href="/widgets" data-testid="widgets">
                                {texts.widgets}
                            </a>
                        </section>
                    </div>
                </main>
            </div>
        </div>
    }
    .into_any()
}
