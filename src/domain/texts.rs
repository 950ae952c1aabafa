//! What the server says by itself. What it says within a conversation (steps, notices, questions, failures) is in the language of the
//! conversation, in three forms; what belongs to the page's furniture (lists, forms, widgets) is in the page's language. (The page's own words
//! are in `app::text`; the offline assistant's in `domain::language`.)

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
pub fn step_running(script: Script, tool: &str) -> &'static str {
    let (en, roman, urdu) = match tool {
        "add_task" => ("Adding a task …", "Kaam shamil ho raha hai …", "کام شامل ہو رہا ہے …"),
        "list_tasks" => (
            "Looking at your tasks …",
            "Aap ke kaam dekhe ja rahe hain …",
            "آپ کے کام دیکھے جا رہے ہیں …",
        ),
        "complete_task" => ("Completing a task …", "Kaam mukammal ho raha hai …", "کام مکمل ہو رہا ہے …"),
        "update_task" => ("Changing a task …", "Kaam badla ja raha hai …", "کام بدلا جا رہا ہے …"),
        "delete_task" => ("Deleting a task …", "Kaam delete ho raha hai …", "کام حذف ہو رہا ہے …"),
        "ask_person" => ("Asking you …", "Aap se poocha ja raha hai …", "آپ سے پوچھا جا رہا ہے …"),
        "open_task" => ("Opening a task …", "Kaam khola ja raha hai …", "کام کھولا جا رہا ہے …"),
        "get_page_context" => (
            "Looking at your page …",
            "Aap ka safha dekha ja raha hai …",
            "آپ کا صفحہ دیکھا جا رہا ہے …",
        ),
        _ => ("Working …", "Kaam jaari hai …", "کام جاری ہے …"),
    };
    script.choose(en, roman, urdu)
}

/// A tool that is done: the task's title, if it was about one, or the number of tasks found; `failed` if the model got an error.
pub fn step_done(script: Script, tool: &str, title: Option<&str>, count: Option<usize>, failed: bool) -> String {
    if failed {
        return script.choose("That did not work", "Ye nahi ho saka", "یہ نہیں ہو سکا").into();
    }
    let name = title.map(isolated).unwrap_or_default();
    let count = count.unwrap_or_default();
    match tool {
        "add_task" => script.choose(
            format!("Added {name}"),
            format!("{name} shamil ho gaya"),
            format!("{name} شامل ہو گیا"),
        ),
        "list_tasks" if count == 1 => script.choose("Found 1 task", "1 kaam mila", "1 کام ملا").into(),
        "list_tasks" => script.choose(
            format!("Found {count} tasks"),
            format!("{count} kaam mile"),
            format!("{count} کام ملے"),
        ),
        "complete_task" => script.choose(
            format!("Completed {name}"),
            format!("{name} mukammal ho gaya"),
            format!("{name} مکمل ہو گیا"),
        ),
        "update_task" => script.choose(
            format!("Changed {name}"),
            format!("{name} badal diya gaya"),
            format!("{name} بدل دیا گیا"),
        ),
        "delete_task" => script.choose(
            format!("Deleted {name}"),
            format!("{name} delete ho gaya"),
            format!("{name} حذف ہو گیا"),
        ),
        "ask_person" => script.choose("Asked you", "Aap se pooch liya", "آپ سے پوچھ لیا").into(),
        "open_task" => script.choose(
            format!("Opened {name}"),
            format!("{name} khol diya gaya"),
            format!("{name} کھول دیا گیا"),
        ),
        "get_page_context" => script
            .choose("Looked at your page", "Aap ka safha dekh liya", "آپ کا صفحہ دیکھ لیا")
            .into(),
        _ => script.choose("Done", "Ho gaya", "ہو گیا").into(),
    }
}

/// Somebody was asked, and said no (or something else): nothing was done.
pub fn step_declined(script: Script) -> &'static str {
    script.choose("Nothing was changed", "Kuch nahi badla", "کچھ نہیں بدلا")
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
pub fn offline_answers(script: Script) -> &'static str {
    script.choose(
        "The built-in assistant answers: it understands plain requests about tasks. Whoever runs this server can connect a model.",
        "Andarooni assistant jawab de raha hai: ye kaamon ki saada baatein samajhta hai. Server chalane wale koi model jor sakte hain.",
        "اندرونی معاون جواب دے رہا ہے: یہ کاموں کی سادہ باتیں سمجھتا ہے۔ سرور چلانے والے کوئی ماڈل جوڑ سکتے ہیں۔",
    )
}

/// Another process goes on with an answer.
pub fn going_on(script: Script) -> &'static str {
    script.choose(
        "The server was restarted; going on with the answer …",
        "Server dobara chala hai; jawab jaari hai …",
        "سرور دوبارہ چلا ہے؛ جواب جاری ہے …",
    )
}

/// The provider is busy.
pub fn busy(script: Script, seconds: u64) -> String {
    script.choose(
        format!("The model is busy. Trying again in {seconds} s …"),
        format!("Model masroof hai. {seconds} second baad dobara koshish ho gi …"),
        format!("ماڈل مصروف ہے۔ {seconds} سیکنڈ بعد دوبارہ کوشش ہو گی …"),
    )
}

/// Another model answers.
pub fn fallback(script: Script, to: &str) -> String {
    let to = isolated(to);
    script.choose(
        format!("The usual model is not available; {to} answers."),
        format!("Mamool ka model dastyab nahi; {to} jawab de raha hai."),
        format!("معمول کا ماڈل دستیاب نہیں؛ {to} جواب دے رہا ہے۔"),
    )
}

/// The answer below is not in the person's language, though the model was asked again.
pub fn other_language(script: Script) -> &'static str {
    script.choose(
        "The model answered in another language, even when it was asked again.",
        "Model ne dobara kehne par bhi doosri zaban mein jawab diya.",
        "ماڈل نے دوبارہ کہنے پر بھی دوسری زبان میں جواب دیا۔",
    )
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
pub fn failure(script: Script, failure: Failure) -> &'static str {
    let (en, roman, urdu) = match failure {
        Failure::Unreachable => (
            "The model cannot be reached. Check the server's connection, then try again.",
            "Model tak rasai nahi ho saki. Server ka rabta dekhein, phir dobara koshish karein.",
            "ماڈل تک رسائی نہیں ہو سکی۔ سرور کا رابطہ دیکھیں، پھر دوبارہ کوشش کریں۔",
        ),
        Failure::Unauthorized => (
            "The model refused the server's key. Whoever runs this server should check AI_API_KEY.",
            "Model ne server ki key qabool nahi ki. Server chalane wale AI_API_KEY dekhein.",
            "ماڈل نے سرور کی کلید قبول نہیں کی۔ سرور چلانے والے AI_API_KEY دیکھیں۔",
        ),
        Failure::NoSuchModel => (
            "The model does not exist any more. Whoever runs this server should check AI_MODEL.",
            "Ye model ab mojood nahi. Server chalane wale AI_MODEL dekhein.",
            "یہ ماڈل اب موجود نہیں۔ سرور چلانے والے AI_MODEL دیکھیں۔",
        ),
        Failure::RateLimited => (
            "The model's limit is reached. Try again in a while.",
            "Model ki had poori ho gayi hai. Kuch der baad dobara koshish karein.",
            "ماڈل کی حد پوری ہو گئی ہے۔ کچھ دیر بعد دوبارہ کوشش کریں۔",
        ),
        Failure::Unavailable => (
            "The model is not available just now. Try again.",
            "Model is waqt dastyab nahi. Dobara koshish karein.",
            "ماڈل اس وقت دستیاب نہیں۔ دوبارہ کوشش کریں۔",
        ),
        Failure::Refused => (
            "The model refused this request. Try other words.",
            "Model ne ye darkhwast qabool nahi ki. Doosre alfaz mein kahein.",
            "ماڈل نے یہ درخواست قبول نہیں کی۔ دوسرے الفاظ میں کہیں۔",
        ),
        Failure::CutOff => (
            "The answer broke off. Try again.",
            "Jawab beech mein toot gaya. Dobara koshish karein.",
            "جواب بیچ میں ٹوٹ گیا۔ دوبارہ کوشش کریں۔",
        ),
        Failure::TimedOut => (
            "The model took too long. Try again.",
            "Model ne bohat der lagayi. Dobara koshish karein.",
            "ماڈل نے بہت دیر لگائی۔ دوبارہ کوشش کریں۔",
        ),
        Failure::Unreadable => (
            "The model gave no usable answer. Try again.",
            "Model ne koi kaam ka jawab nahi diya. Dobara koshish karein.",
            "ماڈل نے کوئی قابلِ استعمال جواب نہیں دیا۔ دوبارہ کوشش کریں۔",
        ),
        Failure::TooManyRounds => (
            "The assistant went round in circles and was stopped. What it did is shown above; try again in other words.",
            "Assistant aik hi chakkar mein ghoomta raha, is liye rok diya gaya. Jo hua woh oopar hai; doosre alfaz mein dobara kahein.",
            "معاون ایک ہی چکر میں گھومتا رہا، اس لیے روک دیا گیا۔ جو ہوا وہ اوپر ہے؛ دوسرے الفاظ میں دوبارہ کہیں۔",
        ),
        Failure::Filtered => (
            "The model's filter cut the answer.",
            "Model ke filter ne jawab rok diya.",
            "ماڈل کی چھلنی نے جواب روک دیا۔",
        ),
        Failure::ServerStopped => (
            "The server was stopped while it answered. What there is of the answer is kept; try again for a whole one.",
            "Jawab ke dauran server ruk gaya. Jitna jawab tha mehfooz hai; poore jawab ke liye dobara koshish karein.",
            "جواب کے دوران سرور رک گیا۔ جتنا جواب تھا محفوظ ہے؛ پورے جواب کے لیے دوبارہ کوشش کریں۔",
        ),
        Failure::Internal => (
            "Something failed on the server. Try again.",
            "Server par kuch kharab ho gaya. Dobara koshish karein.",
            "سرور پر کچھ خراب ہو گیا۔ دوبارہ کوشش کریں۔",
        ),
    };
    script.choose(en, roman, urdu)
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
    use crate::domain::language;

    /// All that the server says by itself within a conversation.
    fn said(script: Script) -> Vec<String> {
        const TOOLS: [&str; 9] = [
            "add_task",
            "list_tasks",
            "complete_task",
            "update_task",
            "delete_task",
            "ask_person",
            "open_task",
            "get_page_context",
            "another",
        ];
        const FAILURES: [Failure; 13] = [
            Failure::Unreachable,
            Failure::Unauthorized,
            Failure::NoSuchModel,
            Failure::RateLimited,
            Failure::Unavailable,
            Failure::Refused,
            Failure::CutOff,
            Failure::TimedOut,
            Failure::Unreadable,
            Failure::TooManyRounds,
            Failure::Filtered,
            Failure::ServerStopped,
            Failure::Internal,
        ];
        let mut said: Vec<String> = Vec::new();
        for tool in TOOLS {
            said.push(step_running(script, tool).into());
            for count in [0, 1, 2] {
                said.push(step_done(script, tool, Some("X"), Some(count), false));
            }
            said.push(step_done(script, tool, None, None, true));
        }
        said.push(step_declined(script).into());
        for (deletes, titles) in [(true, &["X", "Y"][..]), (false, &["X"; 12])] {
            let (question, yes, no) = are_you_sure(script, deletes, titles);
            said.extend([question, yes, no]);
        }
        let texts = [offline_answers(script), going_on(script), other_language(script)];
        said.extend(texts.map(str::to_owned));
        said.extend([busy(script, 5), fallback(script, "X")]);
        said.extend(FAILURES.map(|of| failure(script, of).to_owned()));
        said
    }

    #[test]
    fn everything_is_said_in_three_forms() {
        let all = Script::ALL.map(|script| (script, said(script)));
        for (script, texts) in &all {
            for text in texts {
                assert!(language::is_in(text, *script), "{script:?}: {text}");
                let has_urdu = text.chars().any(|c| ('\u{0600}'..='\u{06FF}').contains(&c));
                assert_eq!(has_urdu, *script == Script::Ur, "{script:?}: {text}");
            }
        }
        let [(_, english), (_, roman), (_, urdu)] = &all;
        for ((english, roman), urdu) in english.iter().zip(roman).zip(urdu) {
            assert!(english != roman && roman != urdu, "{english}");
        }
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
