//! The sentences of the replies.

use super::repeats;
use crate::domain::{
    dates::{self, PluralCategory},
    language::DueError,
    locale::Script,
    task::{Due, Priority},
};

/// A task as it is spoken of.
#[derive(Debug, Clone, PartialEq)]
pub struct Named {
    /// Its title.
    pub title: String,
    /// When it is due.
    pub due: Option<Due>,
    /// How urgent.
    pub priority: Priority,
    /// Its rule of recurrence.
    pub repeat: Option<String>,
    /// Whether it is done.
    pub done: bool,
    /// What tells it apart from others of the same title and date.
    pub aside: Option<String>,
}

pub(super) fn three(script: Script, en: &str, roman: &str, urdu: &str) -> String {
    match script {
        Script::En => en,
        Script::UrLatn => roman,
        Script::Ur => urdu,
    }
    .to_owned()
}

/// Files came that the built-in assistant cannot read.
pub fn cannot_read_files(count: usize, script: Script) -> String {
    if dates::plural(count, script) == PluralCategory::One {
        three(
            script,
            "I can't read the attached file: the built-in assistant reads only text. Please write what it says.",
            "Main attached file nahi parh sakta: ye assistant sirf likha hua paigham parhta hai. Jo us mein hai, likh dein.",
            "میں منسلک فائل نہیں پڑھ سکتا: یہ اسسٹنٹ صرف لکھا ہوا پیغام پڑھتا ہے۔ جو اس میں ہے، براہِ کرم لکھ دیں۔",
        )
    } else {
        three(
            script,
            "I can't read the attached files: the built-in assistant reads only text. Please write what they say.",
            "Main attached files nahi parh sakta: ye assistant sirf likhe hue paigham parhta hai. Jo un mein hai, likh dein.",
            "میں منسلک فائلیں نہیں پڑھ سکتا: یہ اسسٹنٹ صرف لکھا ہوا پیغام پڑھتا ہے۔ جو ان میں ہے، براہِ کرم لکھ دیں۔",
        )
    }
}

/// A title that stays itself in Markdown.
pub(super) fn bold(title: &str) -> String {
    let mut safe = String::with_capacity(title.len() + 4);
    for c in title.chars() {
        if matches!(c, '*' | '_' | '`' | '[' | ']' | '<' | '>' | '\\' | '#' | '|' | '~') {
            safe.push('\\');
        }
        safe.push(if c == '\n' { ' ' } else { c });
    }
    format!("**{}**", safe.trim())
}

pub(super) fn with_due(task: &Named, script: Script) -> String {
    let mut line = bold(&task.title);
    if let Some(when) = &task.due {
        line.push_str(" — ");
        line.push_str(&dates::due(when, script));
    }
    if let Some(rule) = &task.repeat {
        line.push_str(dates::comma(script));
        line.push_str(&repeats(rule, script));
    }
    let label = match task.priority {
        Priority::P1 => three(script, "urgent", "fori", "فوری"),
        Priority::P2 => three(script, "high priority", "ahem", "اہم"),
        _ => String::new(),
    };
    if !label.is_empty() {
        line = format!("{line} ({label})");
    }
    match &task.aside {
        Some(aside) => format!("{line} — {aside}"),
        None => line,
    }
}

pub(super) fn numbered(tasks: &[Named], script: Script) -> String {
    tasks
        .iter()
        .enumerate()
        .map(|(at, task)| format!("\n{}. {}", at + 1, with_due(task, script)))
        .collect()
}

/// Tasks were added.
pub fn added(tasks: &[Named], script: Script) -> String {
    match tasks {
        [only] => match script {
            Script::En => format!("Added {}.", with_due(only, script)),
            Script::UrLatn => format!("Theek hai, shamil kar liya: {}.", with_due(only, script)),
            Script::Ur => format!("ٹھیک ہے، شامل کر لیا: {}۔", with_due(only, script)),
        },
        // They stand in the list beside the answer.
        many if many.len() > NAMED_MAX => {
            let count = many.len();
            match script {
                Script::En => format!("Added {count} tasks."),
                Script::UrLatn => format!("Theek hai, {count} kaam shamil kar liye."),
                Script::Ur => format!("ٹھیک ہے، {count} کام شامل کر لیے۔"),
            }
        }
        many => {
            let count = many.len();
            let head = match script {
                Script::En => format!("Added {count} tasks:\n"),
                Script::UrLatn => format!("Theek hai, {count} kaam shamil kar liye:\n"),
                Script::Ur => format!("ٹھیک ہے، {count} کام شامل کر لیے:\n"),
            };
            head + &numbered(many, script)
        }
    }
}

/// What is known of the tasks that a question named.
pub fn found(tasks: &[Named], script: Script) -> String {
    let lines: String = tasks
        .iter()
        .map(|task| {
            let state = if task.done {
                three(script, "done", "ho gaya", "ہو گیا")
            } else {
                three(script, "still to do", "abhi baqi hai", "ابھی باقی ہے")
            };
            format!("\n- {}: {state}", with_due(task, script))
        })
        .collect();
    lines.trim_start().to_owned()
}

/// Tasks were completed.
pub fn completed(tasks: &[Named], script: Script) -> String {
    done_deed(tasks, script, ["Done", "Bohat khoob, mukammal", "بہت خوب، مکمل"], "!", "!")
}

/// Tasks were deleted.
pub fn deleted(tasks: &[Named], script: Script) -> String {
    done_deed(tasks, script, ["Deleted", "Mita diya", "مٹا دیا"], ".", "۔")
}

/// More tasks than this are counted, not named.
const NAMED_MAX: usize = 5;

fn done_deed(tasks: &[Named], script: Script, words: [&str; 3], stop: &str, urdu_stop: &str) -> String {
    if tasks.len() > NAMED_MAX {
        let count = tasks.len();
        return match script {
            Script::En => format!("{}: {count} tasks{stop}", words[0]),
            Script::UrLatn => format!("{}: {count} kaam{stop}", words[1]),
            Script::Ur => format!("{}: {count} کام{urdu_stop}", words[2]),
        };
    }
    let titles: Vec<String> = tasks.iter().map(|t| bold(&t.title)).collect();
    let (word, comma, stop) = match script {
        Script::En => (words[0], ", ", stop),
        Script::UrLatn => (words[1], ", ", stop),
        Script::Ur => (words[2], "، ", urdu_stop),
    };
    format!("{word}: {}{stop}", titles.join(comma))
}

/// A task was changed; `changed` are the names of its fields.
pub fn updated(task: &Named, changed: &[String], script: Script) -> String {
    let cleared = changed.iter().any(|field| field == "due") && task.due.is_none();
    let state = with_due(task, script);
    let mut none = if cleared {
        three(script, " (no date)", " (koi tareekh nahi)", " (کوئی تاریخ نہیں)")
    } else {
        String::new()
    };
    if task.repeat.is_none() && changed.iter().any(|field| field == "repeat") {
        none.push_str(&three(
            script,
            " (no longer repeats)",
            " (ab dobara nahi aaye ga)",
            " (اب دوبارہ نہیں آئے گا)",
        ));
    }
    match script {
        Script::En => format!("Updated {state}{none}."),
        Script::UrLatn => format!("Badal diya: {state}{none}."),
        Script::Ur => format!("بدل دیا: {state}{none}۔"),
    }
}

/// More than one task fits.
pub fn which(tasks: &[Named], script: Script) -> String {
    format!("{}\n{}", which_question(script), numbered(tasks, script))
}

/// The question by itself.
pub fn which_question(script: Script) -> String {
    three(script, "Which one do you mean?", "Kaun sa kaam?", "کون سا کام؟")
}

/// One task fits, but not surely.
pub fn this_one(task: &Named, script: Script) -> String {
    let say = three(script, "Say yes or no.", "Haan ya nahi?", "ہاں یا نہیں؟");
    format!(
        "{} {say}\n{}",
        this_one_question(script),
        numbered(std::slice::from_ref(task), script)
    )
}

/// The question by itself.
pub fn this_one_question(script: Script) -> String {
    three(
        script,
        "Did you mean this one?",
        "Kya aap ki murad ye kaam hai?",
        "کیا آپ کی مراد یہ کام ہے؟",
    )
}

/// No task fits the words.
pub fn none_found(words: &str, script: Script) -> String {
    let words = bold(words);
    match script {
        Script::En => format!("I found no open task like {words}. Nothing was changed."),
        Script::UrLatn => format!("{words} jaisa koi baqi kaam nahi mila. Kuch nahi badla."),
        Script::Ur => format!("{words} جیسا کوئی باقی کام نہیں ملا۔ کچھ نہیں بدلا۔"),
    }
}

/// It is not clear which task "it" is.
pub fn which_it(script: Script) -> String {
    three(
        script,
        "Which task do you mean? Tell me its name.",
        "Kaun sa kaam? Us ka naam batayein.",
        "کون سا کام؟ اس کا نام بتائیں۔",
    )
}

/// What should be different was not said.
pub fn what_change(script: Script) -> String {
    three(
        script,
        "What should I change: the date, the name or the priority?",
        "Kya badlun: tareekh, naam ya ahmiyat?",
        "کیا بدلوں: تاریخ، نام یا اہمیت؟",
    )
}

/// Before many tasks are deleted.
pub fn confirm_delete(tasks: &[Named], script: Script) -> String {
    let count = tasks.len();
    let ask = match (script, dates::plural(count, script)) {
        (Script::En, PluralCategory::One) => "Delete this task? Say yes or no.".to_owned(),
        (Script::En, _) => format!("Delete these {count} tasks? Say yes or no."),
        (Script::UrLatn, PluralCategory::One) => "Ye kaam mita dun? Haan ya nahi?".to_owned(),
        (Script::UrLatn, _) => format!("Ye {count} kaam mita dun? Haan ya nahi?"),
        (Script::Ur, PluralCategory::One) => "یہ کام مٹا دوں؟ ہاں یا نہیں؟".to_owned(),
        (Script::Ur, _) => format!("یہ {count} کام مٹا دوں؟ ہاں یا نہیں؟"),
    };
    format!("{ask}\n{}", numbered(tasks, script))
}

/// Before many tasks are completed or changed.
pub fn confirm_many(tasks: &[Named], complete: bool, script: Script) -> String {
    let count = tasks.len();
    let one = dates::plural(count, script) == PluralCategory::One;
    let ask = match (script, complete) {
        (Script::En, true) if one => "Mark this task as done? Say yes or no.".to_owned(),
        (Script::En, false) if one => "Change this task? Say yes or no.".to_owned(),
        (Script::UrLatn, true) if one => "Ye kaam mukammal kar dun? Haan ya nahi?".to_owned(),
        (Script::UrLatn, false) if one => "Ye kaam badal dun? Haan ya nahi?".to_owned(),
        (Script::Ur, true) if one => "یہ کام مکمل کر دوں؟ ہاں یا نہیں؟".to_owned(),
        (Script::Ur, false) if one => "یہ کام بدل دوں؟ ہاں یا نہیں؟".to_owned(),
        (Script::En, true) => format!("Mark these {count} tasks as done? Say yes or no."),
        (Script::En, false) => format!("Change these {count} tasks? Say yes or no."),
        (Script::UrLatn, true) => format!("Ye {count} kaam mukammal kar dun? Haan ya nahi?"),
        (Script::UrLatn, false) => format!("Ye {count} kaam badal dun? Haan ya nahi?"),
        (Script::Ur, true) => format!("یہ {count} کام مکمل کر دوں؟ ہاں یا نہیں؟"),
        (Script::Ur, false) => format!("یہ {count} کام بدل دوں؟ ہاں یا نہیں؟"),
    };
    format!("{ask}\n{}", numbered(tasks, script))
}

/// The person chose nothing.
pub fn left_alone(script: Script) -> String {
    three(
        script,
        "All right, nothing was changed.",
        "Theek hai, kuch nahi badla.",
        "ٹھیک ہے، کچھ نہیں بدلا۔",
    )
}

/// A date cannot be used.
pub fn bad_date(error: &DueError, script: Script) -> String {
    match error {
        DueError::Past(date) => {
            let date = dates::full(*date, script);
            match script {
                Script::En => format!("{date} has already passed. Which day ahead should it be?"),
                Script::UrLatn => format!("{date} guzar chuka hai. Aage ka kaun sa din rakhun?"),
                Script::Ur => format!("{date} گزر چکا ہے۔ آگے کا کون سا دن رکھوں؟"),
            }
        }
        DueError::PastTime(time) => {
            let time = dates::clock(*time, script);
            match script {
                Script::En => format!("{time} has already passed today. When should it be?"),
                Script::UrLatn => format!("Aaj {time} ka waqt guzar chuka hai. Kab ke liye rakhun?"),
                Script::Ur => format!("آج {time} کا وقت گزر چکا ہے۔ کب کے لیے رکھوں؟"),
            }
        }
        _ => three(
            script,
            "I could not find that date in the calendar. Which day should it be?",
            "Ye tareekh calendar mein nahi mili. Kaun sa din rakhun?",
            "یہ تاریخ کیلنڈر میں نہیں ملی۔ کون سا دن رکھوں؟",
        ),
    }
}

/// Words looked like a date and were not wholly understood, so that they are a part of the title.
pub fn unread_in_title(words: &[String], script: Script) -> String {
    let said = said_words(words, script);
    match script {
        Script::En => format!("I did not understand {said} as a date, so it is in the title."),
        Script::UrLatn => format!("{said} ko main tareekh ke taur par nahi samjha, is liye ye naam mein likha hai."),
        Script::Ur => format!("{said} کو میں تاریخ کے طور پر نہیں سمجھا، اس لیے یہ نام میں لکھا ہے۔"),
    }
}

/// Words looked like a date and were not wholly understood, so that nothing was changed.
pub fn unread_change(words: &[String], script: Script) -> String {
    let said = said_words(words, script);
    match script {
        Script::En => format!("I did not understand {said} as a date, so nothing was changed. Which day and time should it be?"),
        Script::UrLatn => format!("{said} ko main tareekh ke taur par nahi samjha, is liye kuch nahi badla. Kaun sa din aur waqt rakhun?"),
        Script::Ur => format!("{said} کو میں تاریخ کے طور پر نہیں سمجھا، اس لیے کچھ نہیں بدلا۔ کون سا دن اور وقت رکھوں؟"),
    }
}

/// What a person said, set apart.
fn said_words(words: &[String], script: Script) -> String {
    let bold: Vec<String> = words.iter().map(|word| bold(word)).collect();
    bold.join(dates::comma(script))
}

/// A tool could not do it.
pub fn failed(error: &str, script: Script) -> String {
    match script {
        Script::En => format!("That did not work: {error}"),
        Script::UrLatn => format!("Ye nahi ho saka: {error}"),
        Script::Ur => format!("یہ نہیں ہو سکا: {error}"),
    }
}

/// Hello.
pub fn greeting(script: Script) -> String {
    three(
        script,
        "Hello! What would you like to get done?",
        "Salam! Kya kaam karna hai?",
        "السلام علیکم! کیا کام کرنا ہے؟",
    )
}

/// How are you?
pub fn how_are_you(script: Script) -> String {
    three(
        script,
        "I'm well, thank you! What can I do for you?",
        "Main theek hun, shukriya! Aap ke liye kya karun?",
        "میں ٹھیک ہوں، شکریہ! آپ کے لیے کیا کروں؟",
    )
}

/// You are welcome.
pub fn welcome(script: Script) -> String {
    three(script, "You're welcome!", "Koi baat nahi!", "کوئی بات نہیں!")
}

/// Goodbye.
pub fn bye(script: Script) -> String {
    three(script, "Goodbye!", "Khuda hafiz!", "خدا حافظ!")
}

/// "Yes" or "ok", when nothing was asked.
pub fn fine(script: Script) -> String {
    three(
        script,
        "All right! Tell me if there is anything to do.",
        "Theek hai! Koi kaam ho to batayein.",
        "ٹھیک ہے! کوئی کام ہو تو بتائیں۔",
    )
}

/// What it can do.
pub fn help(script: Script) -> String {
    three(
        script,
        "I keep your tasks. For example:\n\n- \"Remind me to call Ali tomorrow at 5 pm\"\n- \"What's on for today?\"\n- \"Done with the call\"\n- \"Move the report to Friday\"\n- \"Delete the milk task\"",
        "Main aap ke kaamon ki list rakhta hun. Maslan:\n\n- \"kal shaam 5 baje Ali ko call karni hai\"\n- \"aaj ke kaam dikhao\"\n- \"doodh le liya\"\n- \"report ko jumma tak kar do\"\n- \"doodh wala kaam mita do\"",
        "میں آپ کے کاموں کی فہرست رکھتا ہوں۔ مثلاً:\n\n- \"کل شام 5 بجے علی کو کال کرنی ہے\"\n- \"آج کے کام دکھاؤ\"\n- \"دودھ لے لیا\"\n- \"رپورٹ کو جمعہ تک کر دو\"\n- \"دودھ والا کام مٹا دو\"",
    )
}

/// Not understood; says what it can do.
pub fn not_understood(script: Script) -> String {
    let sorry = three(script, "I did not understand that.", "Main samjha nahi.", "میں سمجھا نہیں۔");
    format!("{sorry} {}", help(script))
}
