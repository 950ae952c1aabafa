//! What the server says within a conversation, in its language: steps, questions, notices, failures.

use crate::domain::{
    dates::{self, PluralCategory},
    locale::Script,
    quota::Quota,
};

/// A text of the person or a model inside one of ours: isolated, so that its direction stays its own (UAX #9, 2.4).
pub(super) fn isolated(text: &str) -> String {
    format!("“\u{2068}{text}\u{2069}”")
}

/// A tool that runs.
pub fn step_running(script: Script, tool: &str) -> &'static str {
    let (en, roman, urdu) = match tool {
        "add_task" => ("Adding a task …", "Kaam shamil ho raha hai …", "کام شامل ہو رہا ہے …"),
        "add_tasks" => ("Adding tasks …", "Kaam shamil ho rahe hain …", "کام شامل ہو رہے ہیں …"),
        "undo" => (
            "Taking the last change back …",
            "Aakhri tabdeeli wapas li ja rahi hai …",
            "آخری تبدیلی واپس لی جا رہی ہے …",
        ),
        "list_tasks" | "find_tasks" => (
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
        "add_tasks" => match dates::plural(count, script) {
            PluralCategory::One => script.choose(
                format!("Added {count} task"),
                format!("{count} kaam shamil ho gaya"),
                format!("{count} کام شامل ہو گیا"),
            ),
            _ => script.choose(
                format!("Added {count} tasks"),
                format!("{count} kaam shamil ho gaye"),
                format!("{count} کام شامل ہو گئے"),
            ),
        },
        "undo" => script
            .choose("Took the last change back", "Aakhri tabdeeli wapas le li", "آخری تبدیلی واپس لے لی")
            .into(),
        "list_tasks" | "find_tasks" => match dates::plural(count, script) {
            PluralCategory::One => script.choose(
                format!("Found {count} task"),
                format!("{count} kaam mila"),
                format!("{count} کام ملا"),
            ),
            _ => script.choose(
                format!("Found {count} tasks"),
                format!("{count} kaam mile"),
                format!("{count} کام ملے"),
            ),
        },
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

/// The built-in assistant answers, because no model is set up.
pub fn offline_answers(script: Script) -> &'static str {
    script.choose(
        "The built-in assistant answers: it understands plain requests about tasks. Whoever runs this server can connect a model.",
        "Andarooni assistant jawab de raha hai: ye kaamon ki saada baatein samajhta hai. Server chalane wale koi model jor sakte hain.",
        "اندرونی معاون جواب دے رہا ہے: یہ کاموں کی سادہ باتیں سمجھتا ہے۔ سرور چلانے والے کوئی ماڈل جوڑ سکتے ہیں۔",
    )
}

/// Whether this is [`offline_answers`], in whichever language.
pub fn is_offline_answers(text: &str) -> bool {
    [Script::En, Script::UrLatn, Script::Ur]
        .into_iter()
        .any(|script| offline_answers(script) == text)
}

/// What somebody wanted done in a list of tasks was not possible.
pub fn action_failed(script: Script) -> &'static str {
    script.choose(
        "That was not possible: the task may be gone, or it has changed. Look at the list again.",
        "Ye nahi ho saka: shayad kaam ab nahi raha, ya badal gaya hai. List dobara dekhein.",
        "یہ نہیں ہو سکا: شاید کام اب نہیں رہا، یا بدل گیا ہے۔ فہرست دوبارہ دیکھیں۔",
    )
}

/// The assistant is not given the tool that it would need.
pub fn not_offered(script: Script) -> &'static str {
    script.choose(
        "I may not do that here: the access token of this program does not allow it.",
        "Yahan mujhe is ki ijazat nahi: is program ka access token ye nahi karne deta.",
        "یہاں مجھے اس کی اجازت نہیں: اس پروگرام کا ٹوکن یہ نہیں کرنے دیتا۔",
    )
}

/// The token of whoever asks does not go that far.
pub fn lacks_scope(script: Script, scope: &str) -> String {
    let scope = isolated(scope);
    script.choose(
        format!("This access token may not do that: it lacks the scope {scope}."),
        format!("Is access token se ye nahi ho sakta: is mein scope {scope} nahi hai."),
        format!("اس ٹوکن سے یہ نہیں ہو سکتا: اس میں اجازت {scope} نہیں ہے۔"),
    )
}

/// A person has as much as one person may have.
pub fn quota_reached(script: Script, quota: Quota) -> String {
    match quota {
        Quota::Files(bytes) => {
            let most = isolated(&format!("{} MB", Quota::megabytes(bytes)));
            script.choose(
                format!("Your files would take more than {most}, which is what one person has here. Delete some first."),
                format!("Aap ki files {most} se zyada ho jayengi, jo yahan aik shakhs ki had hai. Pehle kuch delete karein."),
                format!("آپ کی فائلیں {most} سے زیادہ ہو جائیں گی، جو یہاں ایک شخص کی حد ہے۔ پہلے کچھ حذف کریں۔"),
            )
        }
        Quota::Tasks(most) => {
            let most = isolated(&most.to_string());
            script.choose(
                format!("You have {most} tasks, those in the trash included, and more do not fit. Nothing was added; delete some first."),
                format!(
                    "Aap ke {most} kaam hain, trash samet, aur mazeed ki gunjaish nahi. Kuch shamil nahi hua; pehle kuch delete karein."
                ),
                format!("آپ کے {most} کام ہیں، ردّی سمیت، اور مزید کی گنجائش نہیں۔ کچھ شامل نہیں ہوا؛ پہلے کچھ حذف کریں۔"),
            )
        }
        Quota::Runs(most) => {
            let most = isolated(&most.to_string());
            script.choose(
                format!("{most} answers are being written for you. Wait for one, or stop it."),
                format!("Aap ke {most} jawab likhe ja rahe hain. Kisi aik ka intezar karein ya use rok dein."),
                format!("آپ کے {most} جواب لکھے جا رہے ہیں۔ کسی ایک کا انتظار کریں یا اسے روک دیں۔"),
            )
        }
        Quota::Tokens(most) => {
            let most = isolated(&most.to_string());
            script.choose(
                format!("What you may use of the model in a day ({most} tokens) is used up. It begins anew at midnight UTC."),
                format!("Aaj ke liye model ki had ({most} token) poori ho gayi hai. UTC ki aadhi raat ko nayi shuru hogi."),
                format!("آج کے لیے ماڈل کی حد ({most} ٹوکن) پوری ہو گئی ہے۔ UTC کی آدھی رات کو نئی شروع ہو گی۔"),
            )
        }
    }
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

/// The conversation is longer than the model can take.
pub fn shortened(script: Script) -> &'static str {
    script.choose(
        "This conversation is longer than the model can read: it no longer sees the oldest messages.",
        "Ye guftagu model ke liye bohat lambi hai: purane paighamat ab usay nazar nahi aate.",
        "یہ گفتگو ماڈل کے لیے بہت لمبی ہے: پرانے پیغامات اب اسے نظر نہیں آتے۔",
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
    /// Nobody completes chats at the address.
    WrongAddress,
    /// The model takes no tools.
    NoTools,
    /// The message alone is longer than the model can take.
    TooLong,
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
    /// The model wanted too many calls at once.
    TooManyCalls,
    /// The provider's filter cut the answer.
    Filtered,
    /// The server stopped while it answered.
    ServerStopped,
    /// Something in the server failed.
    Internal,
}

/// A failure in words that say what to do.
pub fn failure(script: Script, failure: Failure) -> &'static str {
    let (en, roman, urdu) = of_settings(failure).or_else(|| of_answer(failure)).unwrap_or((
        "Something failed on the server. Try again.",
        "Server par kuch kharab ho gaya. Dobara koshish karein.",
        "سرور پر کچھ خراب ہو گیا۔ دوبارہ کوشش کریں۔",
    ));
    script.choose(en, roman, urdu)
}

/// In English, Roman Urdu and Urdu.
type Said = (&'static str, &'static str, &'static str);

/// What only whoever runs the server can mend.
fn of_settings(failure: Failure) -> Option<Said> {
    Some(match failure {
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
        Failure::WrongAddress => (
            "No model answers at the address that this server has. Whoever runs it should check AI_BASE_URL; it may want /v1 at its end.",
            "Server ke paas model ka jo pata hai wahan koi model nahi. Server chalane wale AI_BASE_URL dekhein; shayad aakhir mein /v1 chahiye.",
            "سرور کے پاس ماڈل کا جو پتا ہے وہاں کوئی ماڈل نہیں۔ سرور چلانے والے AI_BASE_URL دیکھیں؛ شاید آخر میں /v1 چاہیے۔",
        ),
        Failure::NoTools => (
            "This model cannot use tools, so it cannot work with your tasks. Whoever runs this server should name one that can in AI_MODEL.",
            "Ye model tools istemal nahi kar sakta, is liye aap ke kaam nahi sambhal sakta. Server chalane wale AI_MODEL mein koi aur model likhein.",
            "یہ ماڈل ٹولز استعمال نہیں کر سکتا، اس لیے آپ کے کام نہیں سنبھال سکتا۔ سرور چلانے والے AI_MODEL میں کوئی اور ماڈل لکھیں۔",
        ),
        Failure::Refused => (
            "The model's server refused this request. Whoever runs this server finds its reason in the log, and by `kaam doctor`.",
            "Model ke server ne ye request qabool nahi ki. Server chalane wale iski wajah log mein dekhein, ya `kaam doctor` se.",
            "ماڈل کے سرور نے یہ درخواست قبول نہیں کی۔ سرور چلانے والے اس کی وجہ لاگ میں دیکھیں، یا `kaam doctor` سے۔",
        ),
        _ => return None,
    })
}

/// What may go well another time.
fn of_answer(failure: Failure) -> Option<Said> {
    Some(match failure {
        Failure::TooLong => (
            "This message is longer than the model can read. Send it in smaller parts, or begin a new conversation.",
            "Ye paigham model ke liye bohat lamba hai. Isay chhote hisson mein bhejein, ya nayi guftagu shuru karein.",
            "یہ پیغام ماڈل کے لیے بہت لمبا ہے۔ اسے چھوٹے حصوں میں بھیجیں، یا نئی گفتگو شروع کریں۔",
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
        Failure::TooManyCalls => (
            "The assistant wanted to do too much at once, and none of that was done. Ask for it in parts.",
            "Assistant aik hi dafa bohat kuch karna chahta tha, is liye us mein se kuch nahi hua. Thora thora kar ke kahein.",
            "معاون ایک ہی دفعہ بہت کچھ کرنا چاہتا تھا، اس لیے اس میں سے کچھ نہیں ہوا۔ تھوڑا تھوڑا کر کے کہیں۔",
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
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        deed::{Deed, FieldChange, PlannedDeed},
        language,
        texts::{Consent, consent, which_tasks},
    };

    /// All that the server says by itself within a conversation.
    fn said(script: Script) -> Vec<String> {
        const TOOLS: [&str; 12] = [
            "add_task",
            "add_tasks",
            "undo",
            "list_tasks",
            "find_tasks",
            "complete_task",
            "update_task",
            "delete_task",
            "ask_person",
            "open_task",
            "get_page_context",
            "another",
        ];
        const FAILURES: [Failure; 17] = [
            Failure::Unreachable,
            Failure::Unauthorized,
            Failure::NoSuchModel,
            Failure::WrongAddress,
            Failure::NoTools,
            Failure::TooLong,
            Failure::RateLimited,
            Failure::Unavailable,
            Failure::Refused,
            Failure::CutOff,
            Failure::TimedOut,
            Failure::Unreadable,
            Failure::TooManyRounds,
            Failure::TooManyCalls,
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
        let fields = vec![
            FieldChange::Title("X".into()),
            FieldChange::Notes(false),
            FieldChange::Due(None),
            FieldChange::Reopen,
        ];
        for deed in [
            Deed::Add,
            Deed::Complete,
            Deed::Change(fields),
            Deed::Delete,
            Deed::Restore,
            Deed::Unmake,
        ] {
            for titles in [vec!["X".to_owned()], vec!["X".to_owned(); 12]] {
                let planned = PlannedDeed {
                    deed: deed.clone(),
                    titles,
                };
                let Consent { question, yes, no } = consent(script, vec![planned]);
                said.extend([question, yes, no]);
            }
            said.extend([false, true].map(|multiple| which_tasks(script, Some(&deed), multiple, Some("X"))));
        }
        let texts = [offline_answers(script), going_on(script), other_language(script), shortened(script)];
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
}
