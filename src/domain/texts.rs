//! What the server says by itself, in English and Urdu: steps, notices, failures. (The page's own words are in `app::text`; the offline
//! assistant's in `domain::language`.)

use super::locale::Locale;

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
        (Locale::Ur, "list_tasks") => format!("{} کام ملے", count.unwrap_or_default()),
        (Locale::En, "complete_task") => format!("Completed {name}"),
        (Locale::Ur, "complete_task") => format!("{name} مکمل ہو گیا"),
        (Locale::En, "update_task") => format!("Changed {name}"),
        (Locale::Ur, "update_task") => format!("{name} بدل دیا گیا"),
        (Locale::En, "delete_task") => format!("Deleted {name}"),
        (Locale::Ur, "delete_task") => format!("{name} حذف ہو گیا"),
        (Locale::En, _) => "Done".into(),
        (Locale::Ur, _) => "ہو گیا".into(),
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
