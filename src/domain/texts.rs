//! What the server says by itself. What it says within a conversation (steps, notices, questions, failures) is in the language of the
//! conversation, in three forms; what belongs to the page's furniture (lists, forms, widgets) is in the page's language. (The page's own words
//! are in `app::text`; the offline assistant's in `domain::language`.)

mod choosing;
mod consent;
mod spoken;

use chrono::{Datelike, NaiveDateTime};

use super::{
    dates::{self, PluralCategory},
    locale::{Locale, Script},
    task::{Due, Priority},
};
pub use choosing::{choice, choices, told_apart};
pub use consent::{Consent, consent, is_consent, which_tasks};
pub use spoken::*;

/// A due date as a list shows it: near days by their names, others by date.
pub fn due_words(due: &Due, locale: Locale, now: NaiveDateTime) -> String {
    let script = Script::from(locale);
    let day = match ((due.date - now.date()).num_days(), locale) {
        (0, Locale::En) => "Today".to_owned(),
        (0, Locale::Ur) => "آج".to_owned(),
        (1, Locale::En) => "Tomorrow".to_owned(),
        (1, Locale::Ur) => "کل".to_owned(),
        (-1, Locale::En) => "Yesterday".to_owned(),
        (-1, Locale::Ur) => "گزشتہ کل".to_owned(),
        (2..7, _) => dates::weekday(due.date.weekday(), script).to_owned(),
        _ if due.date.year() == now.year() => dates::short(due.date, script),
        _ => dates::with_year(due.date, script),
    };
    match due.time {
        None => day,
        Some(time) => [day.as_str(), dates::comma(script), &dates::clock(time, script)].concat(),
    }
}

/// What came of a call that a program made with a token.
pub fn call_outcome(locale: Locale, outcome: &str) -> &'static str {
    match (locale, outcome) {
        (Locale::En, "done") => "done",
        (Locale::En, "refused") => "refused",
        (Locale::En, "forbidden") => "not allowed",
        (Locale::En, "asked") => "asked you first",
        (Locale::En, "declined") => "you said no",
        (Locale::En, _) => "failed",
        (Locale::Ur, "done") => "ہو گیا",
        (Locale::Ur, "refused") => "قبول نہیں ہوا",
        (Locale::Ur, "forbidden") => "اجازت نہیں تھی",
        (Locale::Ur, "asked") => "پہلے آپ سے پوچھا",
        (Locale::Ur, "declined") => "آپ نے منع کیا",
        (Locale::Ur, _) => "ناکام",
    }
}

/// A task was added, with what there is to say of it besides its title: a date, a recurrence.
pub fn task_added(locale: Locale, title: &str, details: impl Iterator<Item = String>) -> String {
    let (added, comma) = match locale {
        Locale::En => ("Added", ", "),
        Locale::Ur => ("شامل ہو گیا", "، "),
    };
    // Isolated, so that the title's direction does not disturb the rest.
    let title = format!("{added}: \u{2068}{title}\u{2069}");
    std::iter::once(title).chain(details).collect::<Vec<_>>().join(comma)
}

/// Words looked like a date and were not wholly understood, or name a moment that has passed, so that they are a part of the title.
pub fn unread_in_title(locale: Locale, words: &[String], passed: bool) -> String {
    let (open, close, comma) = match locale {
        Locale::En => ('“', '”', ", "),
        Locale::Ur => ('”', '“', "، "),
    };
    let quoted: Vec<String> = words.iter().map(|word| format!("{open}\u{2068}{word}\u{2069}{close}")).collect();
    let said = quoted.join(comma);
    match locale {
        Locale::En if passed => format!("{said} has already passed, so it is in the title and the task has no date."),
        Locale::Ur if passed => format!("{said} کا وقت گزر چکا ہے، اس لیے یہ نام میں لکھا ہے اور کام کی کوئی تاریخ نہیں۔"),
        Locale::En => format!("I did not understand {said} as a date, so it is in the title."),
        Locale::Ur => format!("{said} کو تاریخ کے طور پر نہیں سمجھا گیا، اس لیے یہ نام میں لکھا ہے۔"),
    }
}

/// So many tasks were added; the count is isolated, as a title would be.
pub fn tasks_added(locale: Locale, count: usize) -> String {
    match (locale, dates::plural(count, locale.into())) {
        (Locale::En, PluralCategory::One) => format!("Added: \u{2068}{count} task\u{2069}"),
        (Locale::En, _) => format!("Added: \u{2068}{count} tasks\u{2069}"),
        (Locale::Ur, _) => format!("شامل ہو گئے: \u{2068}{count} کام\u{2069}"),
    }
}

/// The name of a priority; `None` for that of most tasks.
pub fn priority(locale: Locale, priority: Priority) -> Option<&'static str> {
    Some(match (locale, priority) {
        (_, Priority::P4) => return None,
        (Locale::En, Priority::P1) => "Urgent",
        (Locale::En, Priority::P2) => "High",
        (Locale::En, Priority::P3) => "Medium",
        (Locale::Ur, Priority::P1) => "فوری",
        (Locale::Ur, Priority::P2) => "اہم",
        (Locale::Ur, Priority::P3) => "درمیانہ",
    })
}

/// The words in a row of a list of tasks.
#[derive(Debug, Clone, Copy)]
pub struct TaskRow {
    /// Behind a date that has passed.
    pub late: &'static str,
    /// The task is gone.
    pub deleted: &'static str,
    /// Takes it out of the trash.
    pub restore: &'static str,
    /// To give it another date.
    pub reschedule: &'static str,
    /// To delete it.
    pub delete: &'static str,
}

/// The words in a row of a list of tasks.
pub fn task_row(locale: Locale) -> TaskRow {
    match locale {
        Locale::En => TaskRow {
            late: " · overdue",
            deleted: "Deleted",
            reschedule: "Date",
            delete: "Delete",
            restore: "Restore",
        },
        Locale::Ur => TaskRow {
            late: " · وقت گزر گیا",
            deleted: "حذف شدہ",
            reschedule: "تاریخ",
            delete: "حذف",
            restore: "واپس لائیں",
        },
    }
}

/// The words that widgets need besides their own.
#[derive(Debug)]
pub struct WidgetWords {
    /// Shows the rest of a list.
    pub show_more: &'static str,
    /// Hides it again.
    pub show_less: &'static str,
    /// Unfolds a card that says nothing of itself.
    pub details: &'static str,
    /// No choice is made yet.
    pub choose: &'static str,
    /// Empties a field.
    pub clear: &'static str,
    /// What can be seen in a chart, as a table.
    pub data: &'static str,
}

/// The words of widgets.
pub fn widget(locale: Locale) -> &'static WidgetWords {
    match locale {
        Locale::En => &WidgetWords {
            show_more: "Show more",
            show_less: "Show less",
            details: "Details",
            choose: "Choose…",
            clear: "Clear",
            data: "Data",
        },
        Locale::Ur => &WidgetWords {
            show_more: "مزید دکھائیں",
            show_less: "کم دکھائیں",
            details: "تفصیل",
            choose: "منتخب کریں…",
            clear: "صاف کریں",
            data: "اعداد و شمار",
        },
    }
}

/// A chart in words: the names of what it shows.
pub fn chart_title(locale: Locale, series: &[&str]) -> String {
    match locale {
        Locale::En => format!("Chart: {}", series.join(", ")),
        Locale::Ur => format!("چارٹ: {}", series.join("، ")),
    }
}

/// A chart in words: how many points along the axis, and between which values.
pub fn chart_range(locale: Locale, points: usize, low: &str, high: &str) -> String {
    match locale {
        Locale::En => format!("Points: {points}. Values from {low} to {high}."),
        Locale::Ur => format!("نقاط: {points}۔ قدریں {low} سے {high} تک۔"),
    }
}

/// The words around what stands in a conversation.
#[derive(Debug)]
pub struct PartWords {
    /// Over a list of sources.
    pub sources: &'static str,
    /// A picture that a model drew.
    pub picture: &'static str,
    /// A picture on its way.
    pub drawing: &'static str,
    /// Sends a form.
    pub answer: &'static str,
    /// Leaves a form.
    pub skip: &'static str,
    /// A question without an answer.
    pub skipped: &'static str,
    /// Over the field for words of one's own.
    pub own_words: &'static str,
    /// A widget that cannot be drawn.
    pub broken_widget: &'static str,
    /// How long a workflow took: this goes behind the seconds.
    pub seconds: &'static str,
}

/// The words around what stands in a conversation.
pub fn parts(locale: Locale) -> &'static PartWords {
    match locale {
        Locale::En => &PartWords {
            sources: "Sources",
            picture: "Generated picture",
            drawing: "Drawing a picture…",
            answer: "Answer",
            skip: "Skip",
            skipped: "Skipped",
            own_words: "Or in your own words",
            broken_widget: "This part cannot be shown.",
            seconds: " s",
        },
        Locale::Ur => &PartWords {
            sources: "ذرائع",
            picture: "بنائی گئی تصویر",
            drawing: "تصویر بن رہی ہے…",
            answer: "جواب دیں",
            skip: "چھوڑیں",
            skipped: "چھوڑ دیا",
            own_words: "یا اپنے الفاظ میں",
            broken_widget: "یہ حصہ دکھایا نہیں جا سکتا۔",
            seconds: " سیکنڈ",
        },
    }
}

/// How many steps a workflow has.
pub fn steps(locale: Locale, count: usize) -> String {
    match (locale, dates::plural(count, locale.into())) {
        (Locale::En, PluralCategory::One) => format!("{count} step"),
        (Locale::En, _) => format!("{count} steps"),
        // The same word for one and for many.
        (Locale::Ur, _) => format!("{count} قدم"),
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    #[test]
    fn counts_follow_the_plural_rules_of_both_languages() {
        let found = |locale, count| step_done(locale, "list_tasks", None, Some(count), false);
        assert_eq!(
            [0, 1, 2].map(|n| found(Script::En, n)),
            ["Found 0 tasks", "Found 1 task", "Found 2 tasks"]
        );
        assert_eq!(
            [0, 1, 2].map(|n| found(Script::UrLatn, n)),
            ["0 kaam mile", "1 kaam mila", "2 kaam mile"]
        );
        assert_eq!([0, 1, 2].map(|n| found(Script::Ur, n)), ["0 کام ملے", "1 کام ملا", "2 کام ملے"]);
        assert_eq!([1, 3].map(|n| steps(Locale::En, n)), ["1 step", "3 steps"]);
        assert_eq!([1, 3].map(|n| steps(Locale::Ur, n)), ["1 قدم", "3 قدم"]);
    }

    #[test]
    fn due_dates_in_both_languages() {
        let day = |d| NaiveDate::from_ymd_opt(2026, 11, d).unwrap();
        let now = day(23).and_hms_opt(10, 0, 0).unwrap();
        let due = |date, hour: Option<u32>| Due {
            date,
            time: hour.and_then(|h| chrono::NaiveTime::from_hms_opt(h, 0, 0)),
        };
        let cases = [
            (due(day(23), None), "Today", "آج"),
            (due(day(24), Some(17)), "Tomorrow, 5:00 PM", "کل، شام 5 بجے"),
            (due(day(27), Some(9)), "Friday, 9:00 AM", "جمعہ، صبح 9 بجے"),
            (due(day(30), None), "30 Nov", "30 نومبر"),
            (
                due(NaiveDate::from_ymd_opt(2027, 1, 2).unwrap(), None),
                "02 Jan 2027",
                "2 جنوری، 2027",
            ),
        ];
        for (due, en, ur) in cases {
            assert_eq!(due_words(&due, Locale::En, now), en);
            assert_eq!(due_words(&due, Locale::Ur, now), ur);
        }
        assert!(due(day(22), None).is_past(now) && due(day(23), Some(9)).is_past(now));
        assert!(!due(day(23), None).is_past(now) && !due(day(23), Some(11)).is_past(now));
    }
}
