//! What the server says by itself, in English and Urdu: steps, notices, failures. (The page's own words are in `app::text`; the offline
//! assistant's in `domain::language`.)

use chrono::{NaiveDateTime, TimeDelta};

use super::{
    language::phrases::{self, URDU_DAYS, URDU_MONTHS},
    locale::{Locale, Script},
    task::{Due, Priority, Task},
};

/// A text of the person or a model inside one of ours: isolated, so that its direction stays its own (UAX #9, 2.4).
fn isolated(text: &str) -> String {
    format!("“\u{2068}{text}\u{2069}”")
}

/// A tool that runs.
pub fn step_running(locale: Locale, tool: &str) -> String {
    let (en, ur) = match tool {
        "add_task" => ("Adding a task …", "کام شامل ہو رہا ہے …"),
        "list_tasks" => ("Looking at your tasks …", "آپ کے کام دیکھے جا رہے ہیں …"),
        "complete_task" => ("Completing a task …", "کام مکمل ہو رہا ہے …"),
        "update_task" => ("Changing a task …", "کام بدلا جا رہا ہے …"),
        "delete_task" => ("Deleting a task …", "کام حذف ہو رہا ہے …"),
        "open_task" => ("Opening a task …", "کام کھولا جا رہا ہے …"),
        "get_page_context" => ("Looking at your page …", "آپ کا صفحہ دیکھا جا رہا ہے …"),
        _ => ("Working …", "کام جاری ہے …"),
    };
    match locale {
        Locale::En => en.into(),
        Locale::Ur => ur.into(),
    }
}

/// A tool that is done: the task's title, if it was about one, or the number of tasks found; `failed` if the model got an error.
pub fn step_done(locale: Locale, tool: &str, title: Option<&str>, count: Option<usize>, failed: bool) -> String {
    let name = title.map(isolated).unwrap_or_default();
    if failed {
        return match locale {
            Locale::En => "That did not work".into(),
            Locale::Ur => "یہ نہیں ہو سکا".into(),
        };
    }
    match (locale, tool) {
        (Locale::En, "add_task") => format!("Added {name}"),
        (Locale::Ur, "add_task") => format!("{name} شامل ہو گیا"),
        (Locale::En, "list_tasks") => match count.unwrap_or_default() {
            1 => "Found 1 task".into(),
            n => format!("Found {n} tasks"),
        },
        (Locale::Ur, "list_tasks") => match count.unwrap_or_default() {
            1 => "1 کام ملا".into(),
            n => format!("{n} کام ملے"),
        },
        (Locale::En, "complete_task") => format!("Completed {name}"),
        (Locale::Ur, "complete_task") => format!("{name} مکمل ہو گیا"),
        (Locale::En, "update_task") => format!("Changed {name}"),
        (Locale::Ur, "update_task") => format!("{name} بدل دیا گیا"),
        (Locale::En, "delete_task") => format!("Deleted {name}"),
        (Locale::Ur, "delete_task") => format!("{name} حذف ہو گیا"),
        (Locale::En, "open_task") => format!("Opened {name}"),
        (Locale::Ur, "open_task") => format!("{name} کھول دیا گیا"),
        (Locale::En, "get_page_context") => "Looked at your page".into(),
        (Locale::Ur, "get_page_context") => "آپ کا صفحہ دیکھ لیا".into(),
        (Locale::En, _) => "Done".into(),
        (Locale::Ur, _) => "ہو گیا".into(),
    }
}

/// Somebody was asked, and said no (or something else): nothing was done.
pub fn step_declined(locale: Locale) -> String {
    match locale {
        Locale::En => "Nothing was changed".into(),
        Locale::Ur => "کچھ نہیں بدلا".into(),
    }
}

/// The question before much is deleted or changed, and the two answers: yes, then no.
pub fn are_you_sure(script: Script, deletes: bool, titles: &[&str]) -> (String, String, String) {
    const SHOWN: usize = 10;
    let mut list = String::new();
    for title in titles.iter().take(SHOWN) {
        list.push_str("\n• ");
        list.push_str(&isolated(title));
    }
    if titles.len() > SHOWN {
        list.push_str(&format!("\n… +{}", titles.len() - SHOWN));
    }
    let n = titles.len();
    let (question, yes, no) = match (script, deletes) {
        (Script::En, true) => (format!("Delete these {n} tasks for good?"), "Yes, delete them", "No, keep them"),
        (Script::En, false) => (format!("Change these {n} tasks?"), "Yes, change them", "No, leave them"),
        (Script::UrLatn, true) => (
            format!("Ye {n} kaam hamesha ke liye delete kar dein?"),
            "Haan, delete karein",
            "Nahi, rehne dein",
        ),
        (Script::UrLatn, false) => (format!("Ye {n} kaam badal dein?"), "Haan, badal dein", "Nahi, rehne dein"),
        (Script::Ur, true) => (format!("یہ {n} کام ہمیشہ کے لیے حذف کر دیں؟"), "جی ہاں، حذف کریں", "نہیں، رہنے دیں"),
        (Script::Ur, false) => (format!("یہ {n} کام بدل دیں؟"), "جی ہاں، بدل دیں", "نہیں، رہنے دیں"),
    };
    (format!("{question}{list}"), yes.into(), no.into())
}

/// A task as something to choose: its title, and when it is due.
pub fn choice(script: Script, task: &Task) -> String {
    match &task.due {
        None => task.title.clone(),
        Some(due) => format!("{} — {}", task.title, phrases::due(due, script)),
    }
}

/// The built-in assistant answers, because no model is set up.
pub fn offline_answers(locale: Locale) -> &'static str {
    match locale {
        Locale::En => {
            "The built-in assistant answers: it understands plain requests about tasks. Whoever runs this server can connect a model."
        }
        Locale::Ur => "اندرونی معاون جواب دے رہا ہے: یہ کاموں کی سادہ باتیں سمجھتا ہے۔ سرور چلانے والے کوئی ماڈل جوڑ سکتے ہیں۔",
    }
}

/// Another process goes on with an answer.
pub fn going_on(locale: Locale) -> &'static str {
    match locale {
        Locale::En => "The server was restarted; going on with the answer …",
        Locale::Ur => "سرور دوبارہ چلا ہے؛ جواب جاری ہے …",
    }
}

/// The provider is busy.
pub fn busy(locale: Locale, seconds: u64) -> String {
    match locale {
        Locale::En => format!("The model is busy. Trying again in {seconds} s …"),
        Locale::Ur => format!("ماڈل مصروف ہے۔ {seconds} سیکنڈ بعد دوبارہ کوشش ہو گی …"),
    }
}

/// Another model answers.
pub fn fallback(locale: Locale, to: &str) -> String {
    match locale {
        Locale::En => format!("The usual model is not available; {} answers.", isolated(to)),
        Locale::Ur => format!("معمول کا ماڈل دستیاب نہیں؛ {} جواب دے رہا ہے۔", isolated(to)),
    }
}

/// Why there is no answer, or no more of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// No connection to the model.
    Unreachable,
    /// The key is wrong.
    Unauthorized,
    /// No such model.
    NoSuchModel,
    /// The quota is used up.
    RateLimited,
    /// The provider failed.
    Unavailable,
    /// The provider refused the request.
    Refused,
    /// The answer broke off.
    CutOff,
    /// The model was silent.
    TimedOut,
    /// The model's answer was unreadable or empty.
    Unreadable,
    /// The model went on calling tools.
    TooManyRounds,
    /// The provider's filter cut the answer.
    Filtered,
    /// The server stopped while it answered.
    ServerStopped,
    /// Something in the server failed.
    Internal,
}

/// A failure in words that say what to do.
pub fn failure(locale: Locale, failure: Failure) -> &'static str {
    let (en, ur) = match failure {
        Failure::Unreachable => (
            "The model cannot be reached. Check the server's connection, then try again.",
            "ماڈل تک رسائی نہیں ہو سکی۔ سرور کا رابطہ دیکھیں، پھر دوبارہ کوشش کریں۔",
        ),
        Failure::Unauthorized => (
            "The model refused the server's key. Whoever runs this server should check AI_API_KEY.",
            "ماڈل نے سرور کی کلید قبول نہیں کی۔ سرور چلانے والے AI_API_KEY دیکھیں۔",
        ),
        Failure::NoSuchModel => (
            "The model does not exist any more. Whoever runs this server should check AI_MODEL.",
            "یہ ماڈل اب موجود نہیں۔ سرور چلانے والے AI_MODEL دیکھیں۔",
        ),
        Failure::RateLimited => (
            "The model's limit is reached. Try again in a while.",
            "ماڈل کی حد پوری ہو گئی ہے۔ کچھ دیر بعد دوبارہ کوشش کریں۔",
        ),
        Failure::Unavailable => (
            "The model is not available just now. Try again.",
            "ماڈل اس وقت دستیاب نہیں۔ دوبارہ کوشش کریں۔",
        ),
        Failure::Refused => (
            "The model refused this request. Try other words.",
            "ماڈل نے یہ درخواست قبول نہیں کی۔ دوسرے الفاظ میں کہیں۔",
        ),
        Failure::CutOff => ("The answer broke off. Try again.", "جواب بیچ میں ٹوٹ گیا۔ دوبارہ کوشش کریں۔"),
        Failure::TimedOut => ("The model took too long. Try again.", "ماڈل نے بہت دیر لگائی۔ دوبارہ کوشش کریں۔"),
        Failure::Unreadable => (
            "The model gave no usable answer. Try again.",
            "ماڈل نے کوئی قابلِ استعمال جواب نہیں دیا۔ دوبارہ کوشش کریں۔",
        ),
        Failure::TooManyRounds => (
            "The assistant went round in circles and was stopped. What it did is shown above; try again in other words.",
            "معاون ایک ہی چکر میں گھومتا رہا، اس لیے روک دیا گیا۔ جو ہوا وہ اوپر ہے؛ دوسرے الفاظ میں دوبارہ کہیں۔",
        ),
        Failure::Filtered => ("The model's filter cut the answer.", "ماڈل کی چھلنی نے جواب روک دیا۔"),
        Failure::ServerStopped => (
            "The server was stopped while it answered. What there is of the answer is kept; try again for a whole one.",
            "جواب کے دوران سرور رک گیا۔ جتنا جواب تھا محفوظ ہے؛ پورے جواب کے لیے دوبارہ کوشش کریں۔",
        ),
        Failure::Internal => (
            "Something failed on the server. Try again.",
            "سرور پر کچھ خراب ہو گیا۔ دوبارہ کوشش کریں۔",
        ),
    };
    match locale {
        Locale::En => en,
        Locale::Ur => ur,
    }
}

/// A due date as a list shows it: near days by their names, others by date.
pub fn due_words(due: &Due, locale: Locale, now: NaiveDateTime) -> String {
    use chrono::{Datelike, Timelike};
    let days = due.date - now.date();
    let weekday = due.date.weekday().num_days_from_monday() as usize;
    let near = (TimeDelta::days(2)..TimeDelta::days(7)).contains(&days);
    let same_year = due.date.year() == now.year();
    let day = match (locale, days.num_days()) {
        (Locale::En, 0) => "Today".into(),
        (Locale::En, 1) => "Tomorrow".into(),
        (Locale::En, -1) => "Yesterday".into(),
        (Locale::En, _) if near => due.date.format("%A").to_string(),
        (Locale::En, _) if same_year => due.date.format("%-d %b").to_string(),
        (Locale::En, _) => due.date.format("%-d %b %Y").to_string(),
        (Locale::Ur, 0) => "آج".into(),
        (Locale::Ur, 1) => "کل".into(),
        (Locale::Ur, -1) => "گزشتہ کل".into(),
        (Locale::Ur, _) if near => URDU_DAYS[weekday].into(),
        (Locale::Ur, _) => {
            let month = URDU_MONTHS[due.date.month0() as usize];
            if same_year {
                format!("{} {month}", due.date.day())
            } else {
                format!("{} {month} {}", due.date.day(), due.date.year())
            }
        }
    };
    let Some(time) = due.time else { return day };
    match locale {
        Locale::En => format!("{day}, {}", time.format("%-I:%M %p")),
        Locale::Ur => {
            let part = match time.hour() {
                0..4 => "رات",
                4..12 => "صبح",
                12..16 => "دوپہر",
                16..20 => "شام",
                _ => "رات",
            };
            let minutes = if time.minute() == 0 {
                String::new()
            } else {
                format!(":{:02}", time.minute())
            };
            format!("{day}، {part} {}{minutes} بجے", time.hour12().1)
        }
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
        },
        Locale::Ur => TaskRow {
            late: " · تاخیر",
            deleted: "حذف شدہ",
            reschedule: "تاریخ",
            delete: "حذف",
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
    /// How many steps a workflow has: this goes behind the number.
    pub steps: &'static str,
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
            steps: " steps",
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
            steps: " قدم",
            seconds: " سیکنڈ",
        },
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
            [0, 1, 2].map(|n| found(Locale::En, n)),
            ["Found 0 tasks", "Found 1 task", "Found 2 tasks"]
        );
        assert_eq!([0, 1, 2].map(|n| found(Locale::Ur, n)), ["0 کام ملے", "1 کام ملا", "2 کام ملے"]);
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
                "2 Jan 2027",
                "2 جنوری 2027",
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
