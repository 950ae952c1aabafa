//! What lists, numbers and plans are said to be. The tasks themselves stand in the list beside the answer.

use chrono::NaiveDate;

use super::sentences::{Named, bold, numbered, three, with_due};
use crate::domain::{
    dates::{self, PluralCategory},
    language::Beyond,
    locale::Script,
};

/// A list that is shown.
#[derive(Debug, Clone, Copy)]
pub struct Listed {
    /// How many tasks there are.
    pub count: usize,
    /// How many of them are overdue.
    pub overdue: usize,
    /// There are even more than `count`.
    pub more: bool,
    /// As many of them are in the list.
    pub shown: usize,
    /// They are finished.
    pub done: bool,
    /// Only overdue ones were asked for.
    pub only_overdue: bool,
    /// The days that were asked about.
    pub days: Option<(Option<NaiveDate>, NaiveDate)>,
}

fn is_one(count: usize, script: Script) -> bool {
    dates::plural(count, script) == PluralCategory::One
}

/// The days of a question, in brackets.
fn place(days: Option<(Option<NaiveDate>, NaiveDate)>, script: Script) -> String {
    let when = days.map(|(first, last)| match first {
        Some(first) if first == last => dates::full(first, script),
        Some(first) => format!("{} – {}", dates::full(first, script), dates::full(last, script)),
        None => match script {
            Script::En => format!("up to {}", dates::full(last, script)),
            Script::UrLatn => format!("{} tak", dates::full(last, script)),
            Script::Ur => format!("{} تک", dates::full(last, script)),
        },
    });
    when.map(|when| format!(" ({when})")).unwrap_or_default()
}

/// The tasks that were asked for: how many there are, and what the list beside the answer does not say.
pub fn listed(list: &Listed, script: Script) -> String {
    let Listed {
        count,
        overdue,
        more,
        shown,
        done,
        only_overdue,
        days,
    } = *list;
    let place = place(days, script);
    if count == 0 {
        return match (done, only_overdue, script) {
            (true, _, Script::En) => format!("No finished tasks{place}."),
            (true, _, Script::UrLatn) => format!("Koi mukammal kaam nahi mila{place}."),
            (true, _, Script::Ur) => format!("کوئی مکمل کام نہیں ملا{place}۔"),
            (_, true, _) => nothing_overdue(script),
            (.., Script::En) => format!("Nothing to do{place}. Enjoy!"),
            (.., Script::UrLatn) => format!("Koi kaam baqi nahi{place}. Aaram karein!"),
            (.., Script::Ur) => format!("کوئی کام باقی نہیں{place}۔ آرام کریں!"),
        };
    }
    let one = is_one(count, script);
    let n = match (more, script) {
        (false, _) => count.to_string(),
        (true, Script::En) => format!("more than {count}"),
        (true, Script::UrLatn) => format!("{count} se zyada"),
        (true, Script::Ur) => format!("{count} سے زیادہ"),
    };
    let mut said = match (done, only_overdue, script) {
        (true, _, Script::En) if one => format!("{n} finished task{place}"),
        (true, _, Script::En) => format!("{n} finished tasks{place}"),
        (true, _, Script::UrLatn) => format!("{n} mukammal kaam{place}"),
        (true, _, Script::Ur) => format!("{n} مکمل کام{place}"),
        (_, true, Script::En) if one => format!("{n} of your tasks is overdue"),
        (_, true, Script::En) => format!("{n} of your tasks are overdue"),
        (_, true, Script::UrLatn) => format!("Aap ke {n} kaam ka waqt guzar chuka hai"),
        (_, true, Script::Ur) => format!("آپ کے {n} کام کا وقت گزر چکا ہے"),
        (.., Script::En) if one => format!("You have {n} task{place}"),
        (.., Script::En) => format!("You have {n} tasks{place}"),
        (.., Script::UrLatn) if one => format!("Aap ka {n} kaam hai{place}"),
        (.., Script::UrLatn) => format!("Aap ke {n} kaam hain{place}"),
        (.., Script::Ur) if one => format!("آپ کا {n} کام ہے{place}"),
        (.., Script::Ur) => format!("آپ کے {n} کام ہیں{place}"),
    };
    if overdue > 0 && !only_overdue && !done {
        said.push_str(&match script {
            Script::En if count == 1 => ", and it is overdue".to_owned(),
            Script::En => format!(", {overdue} overdue"),
            Script::UrLatn => format!(", {overdue} ka waqt guzar chuka hai"),
            Script::Ur => format!("، {overdue} کا وقت گزر چکا ہے"),
        });
    }
    said.push_str(script.choose(".", ".", "۔"));
    if shown < count || more {
        said.push_str(&match script {
            Script::En => format!(" The list shows the first {shown}."),
            Script::UrLatn => format!(" List mein pehle {shown} hain."),
            Script::Ur => format!(" فہرست میں پہلے {shown} ہیں۔"),
        });
    }
    said
}

/// There is nothing of what was to be changed.
pub fn nothing_there(done: bool, script: Script) -> String {
    let list = Listed {
        count: 0,
        overdue: 0,
        more: false,
        shown: 0,
        done,
        only_overdue: false,
        days: None,
    };
    listed(&list, script)
}

/// None of the tasks that there are is one of those that were to be changed.
pub fn none_such(script: Script) -> String {
    three(
        script,
        "There is no such task, so nothing was changed.",
        "Aisa koi kaam nahi, is liye kuch nahi badla.",
        "ایسا کوئی کام نہیں، اس لیے کچھ نہیں بدلا۔",
    )
}

fn nothing_overdue(script: Script) -> String {
    three(
        script,
        "Nothing is overdue.",
        "Kisi kaam ka waqt nahi guzra.",
        "کسی کام کا وقت نہیں گزرا۔",
    )
}

/// How many tasks there are to do, due today and overdue among them, and how many are done.
pub fn counted(open: usize, today: usize, overdue: usize, done: usize, script: Script) -> String {
    match script {
        Script::En => {
            let tasks = if is_one(open, script) { "task" } else { "tasks" };
            format!("You have {open} {tasks} to do: {today} due today, {overdue} overdue. Completed: {done}.")
        }
        Script::UrLatn => {
            format!("Aap ke {open} kaam baqi hain: {today} aaj ke, aur {overdue} jin ka waqt guzar chuka hai. Mukammal: {done}.")
        }
        Script::Ur => format!("آپ کے {open} کام باقی ہیں: {today} آج کے، اور {overdue} جن کا وقت گزر چکا ہے۔ مکمل: {done}۔"),
    }
}

/// No task has the words of a question.
pub fn none_like(words: &str, script: Script) -> String {
    let words = bold(words);
    match script {
        Script::En => format!("I found no task like {words}."),
        Script::UrLatn => format!("{words} jaisa koi kaam nahi mila."),
        Script::Ur => format!("{words} جیسا کوئی کام نہیں ملا۔"),
    }
}

/// Many tasks have the words of a question.
pub fn found_many(words: &str, pending: usize, done: usize, script: Script) -> String {
    let (words, count) = (bold(words), pending + done);
    match (script, done) {
        (Script::En, 0) => format!("I found {count} tasks like {words}, all still to do."),
        (Script::En, _) => format!("I found {count} tasks like {words}: {pending} to do, {done} done."),
        (Script::UrLatn, 0) => format!("{words} jaise {count} kaam mile, sab baqi hain."),
        (Script::UrLatn, _) => format!("{words} jaise {count} kaam mile: {pending} baqi, {done} mukammal."),
        (Script::Ur, 0) => format!("{words} جیسے {count} کام ملے، سب باقی ہیں۔"),
        (Script::Ur, _) => format!("{words} جیسے {count} کام ملے: {pending} باقی، {done} مکمل۔"),
    }
}

/// The tasks of some days, in the order in which they are best done.
#[derive(Debug, Clone)]
pub struct DayPlan {
    /// The first and the last day.
    pub days: (NaiveDate, NaiveDate),
    /// Those whose time has passed.
    pub late: Vec<Named>,
    /// Those that have a time, in its order.
    pub timed: Vec<Named>,
    /// Those that have none, the urgent ones first.
    pub free: Vec<Named>,
    /// There are more than these.
    pub more: bool,
}

/// What to begin with, and what comes next.
pub fn planned(plan: &DayPlan, script: Script) -> String {
    let (first, last) = plan.days;
    let place = place(Some((Some(first), last)), script);
    let count = plan.late.len() + plan.timed.len() + plan.free.len();
    if count == 0 {
        return match script {
            Script::En => format!("Nothing is due{place}, and nothing is overdue."),
            Script::UrLatn => format!("Koi kaam nahi hai{place}, aur kisi ka waqt bhi nahi guzra."),
            Script::Ur => format!("کوئی کام نہیں ہے{place}، اور کسی کا وقت بھی نہیں گزرا۔"),
        };
    }
    let n = if plan.more { format!("{count}+") } else { count.to_string() };
    let tasks = if is_one(count, script) { "task" } else { "tasks" };
    let mut said = vec![match script {
        Script::En => format!("Your plan{place}: {n} {tasks}."),
        Script::UrLatn => format!("Aap ka plan{place}: {n} kaam."),
        Script::Ur => format!("آپ کا پلان{place}: {n} کام۔"),
    }];
    if let Some(task) = plan.late.first() {
        let (title, late) = (bold(&task.title), plan.late.len());
        said.push(match script {
            Script::En if late == 1 => format!("First what is overdue: {title}."),
            Script::En => format!("First the {late} that are overdue, beginning with {title}."),
            Script::UrLatn if late == 1 => format!("Pehle woh jis ka waqt guzar chuka hai: {title}."),
            Script::UrLatn => format!("Pehle woh {late} jin ka waqt guzar chuka hai, shuru {title} se."),
            Script::Ur if late == 1 => format!("پہلے وہ جس کا وقت گزر چکا ہے: {title}۔"),
            Script::Ur => format!("پہلے وہ {late} جن کا وقت گزر چکا ہے، شروع {title} سے۔"),
        });
    }
    if let Some(task) = plan.timed.first() {
        let (task, timed) = (with_due(task, script), plan.timed.len());
        said.push(match script {
            Script::En if timed == 1 => format!("At its time: {task}."),
            Script::En => format!("Then {timed} at their times, the first of them {task}."),
            Script::UrLatn if timed == 1 => format!("Apne waqt par: {task}."),
            Script::UrLatn => format!("Phir {timed} apne apne waqt par, sab se pehle {task}."),
            Script::Ur if timed == 1 => format!("اپنے وقت پر: {task}۔"),
            Script::Ur => format!("پھر {timed} اپنے اپنے وقت پر، سب سے پہلے {task}۔"),
        });
    }
    if let Some(task) = plan.free.first() {
        let (title, free) = (bold(&task.title), plan.free.len());
        said.push(match script {
            Script::En if free == 1 => format!("Whenever there is room: {title}."),
            Script::En => format!("In between, the {free} without a time, beginning with {title}."),
            Script::UrLatn if free == 1 => format!("Jab fursat ho: {title}."),
            Script::UrLatn => format!("Darmiyan mein woh {free} jin ka koi waqt nahi, shuru {title} se."),
            Script::Ur if free == 1 => format!("جب فرصت ہو: {title}۔"),
            Script::Ur => format!("درمیان میں وہ {free} جن کا کوئی وقت نہیں، شروع {title} سے۔"),
        });
    }
    said.join(" ")
}

/// Before the lines of a list are added.
pub fn confirm_add(tasks: &[Named], script: Script) -> String {
    let count = tasks.len();
    let ask = match (script, is_one(count, script)) {
        (Script::En, true) => "Add this task? Say yes or no.".to_owned(),
        (Script::En, false) => format!("Add these {count} tasks? Say yes or no."),
        (Script::UrLatn, true) => "Ye kaam shamil kar lun? Haan ya nahi?".to_owned(),
        (Script::UrLatn, false) => format!("Ye {count} kaam shamil kar lun? Haan ya nahi?"),
        (Script::Ur, true) => "یہ کام شامل کر لوں؟ ہاں یا نہیں؟".to_owned(),
        (Script::Ur, false) => format!("یہ {count} کام شامل کر لوں؟ ہاں یا نہیں؟"),
    };
    format!("{ask}\n{}", numbered(tasks, script))
}

/// Every line of a list is ticked.
pub fn all_ticked(script: Script) -> String {
    three(
        script,
        "Everything in this list is ticked already, so there is nothing to add.",
        "Is list mein sab kuch pehle hi ho chuka hai, is liye shamil karne ko kuch nahi.",
        "اس فہرست میں سب کچھ پہلے ہی ہو چکا ہے، اس لیے شامل کرنے کو کچھ نہیں۔",
    )
}

/// A question was left, because the person ordered something else; `about` are the words that it was about.
pub fn question_left(about: Option<&str>, script: Script) -> String {
    match (about.map(bold), script) {
        (Some(about), Script::En) => format!("I leave the question about {about}."),
        (Some(about), Script::UrLatn) => format!("{about} wala sawal chhor diya."),
        (Some(about), Script::Ur) => format!("{about} والا سوال چھوڑ دیا۔"),
        (None, _) => three(script, "I leave the question.", "Pichla sawal chhor diya.", "پچھلا سوال چھوڑ دیا۔"),
    }
}

/// What was taken back: the tasks that are as they were, and the titles of those that are gone again (empty where they are not known).
pub fn undone(restored: &[Named], removed: &[String], script: Script) -> String {
    let join = |titles: Vec<String>| titles.join(dates::comma(script));
    let back: Vec<String> = restored.iter().map(|task| with_due(task, script)).collect();
    let gone: Vec<String> = removed.iter().filter(|title| !title.is_empty()).map(|title| bold(title)).collect();
    let many = |count: usize| match script {
        Script::En => format!("{count} tasks"),
        Script::UrLatn => format!("{count} kaam"),
        Script::Ur => format!("{count} کام"),
    };
    let named = |titles: Vec<String>, all: usize| {
        if titles.len() == all && all <= 5 { join(titles) } else { many(all) }
    };
    let mut said = Vec::new();
    if !restored.is_empty() {
        let back = named(back, restored.len());
        said.push(match script {
            Script::En => format!("Taken back. As before: {back}."),
            Script::UrLatn => format!("Wapas le liya. Pehle jaisa: {back}."),
            Script::Ur => format!("واپس لے لیا۔ پہلے جیسا: {back}۔"),
        });
    }
    if !removed.is_empty() {
        let gone = named(gone, removed.len());
        said.push(match script {
            Script::En => format!("Taken back. No longer in the list: {gone}."),
            Script::UrLatn => format!("Wapas le liya. Ab list mein nahi: {gone}."),
            Script::Ur => format!("واپس لے لیا۔ اب فہرست میں نہیں: {gone}۔"),
        });
    }
    if said.is_empty() {
        return three(
            script,
            "The last change was taken back.",
            "Aakhri tabdeeli wapas le li.",
            "آخری تبدیلی واپس لے لی۔",
        );
    }
    said.join(" ")
}

/// Nothing could be taken back; `error` is what the tool says of it.
pub fn undo_failed(error: &str, script: Script) -> String {
    let changed = error.contains("changed again");
    let nothing = error.contains("nothing to undo");
    match (nothing, changed) {
        (true, _) => three(
            script,
            "There is nothing to undo in this conversation.",
            "Is guftagu mein wapas lene ko kuch nahi hai.",
            "اس گفتگو میں واپس لینے کو کچھ نہیں ہے۔",
        ),
        (_, true) => three(
            script,
            "The task was changed again since, so this can no longer be taken back.",
            "Us ke baad ye kaam phir badla gaya, is liye ab wapas nahi ho sakta.",
            "اس کے بعد یہ کام پھر بدلا گیا، اس لیے اب واپس نہیں ہو سکتا۔",
        ),
        _ => super::failed(error, script),
    }
}

/// There is no way to take something back here.
pub fn no_undo(script: Script) -> String {
    three(
        script,
        "I can't take changes back here. Tell me what should be different, and I will change it.",
        "Yahan main tabdeeli wapas nahi le sakta. Batayein kya badalna hai, main badal dun ga.",
        "یہاں میں تبدیلی واپس نہیں لے سکتا۔ بتائیں کیا بدلنا ہے، میں بدل دوں گا۔",
    )
}

/// A reminder some time before something is not possible.
pub fn cannot_ring(script: Script) -> String {
    three(
        script,
        "I can't ring or remind you some time before something yet, so I changed nothing. I can note a task with its own date and time, which then stands in your list: \"leave for the dentist tomorrow at 4:50 pm\".",
        "Main abhi kisi kaam se pehle ghanti ya yaad-dehani nahi de sakta, is liye kuch nahi badla. Kaam apni tareekh aur waqt ke saath likh sakta hun, jo phir list mein rahe ga: \"kal shaam 4:50 baje doctor ke liye nikalna hai\".",
        "میں ابھی کسی کام سے پہلے گھنٹی یا یاد دہانی نہیں دے سکتا، اس لیے کچھ نہیں بدلا۔ کام اپنی تاریخ اور وقت کے ساتھ لکھ سکتا ہوں، جو پھر فہرست میں رہے گا: \"کل شام 4:50 بجے ڈاکٹر کے لیے نکلنا ہے\"۔",
    )
}

/// Tasks are to be read out of a file, which takes a model.
pub fn file_needs_model(script: Script) -> String {
    three(
        script,
        "Reading tasks out of a file takes a model, and the built-in assistant has none, so I added nothing. Paste the lines here as a message, and I will add each of them.",
        "File se kaam parhne ke liye model chahiye, jo is andarooni assistant ke paas nahi, is liye kuch shamil nahi kiya. Lines yahan paste kar dein, main har aik shamil kar lun ga.",
        "فائل سے کام پڑھنے کے لیے ماڈل چاہیے، جو اس اندرونی معاون کے پاس نہیں، اس لیے کچھ شامل نہیں کیا۔ سطریں یہاں پیسٹ کر دیں، میں ہر ایک شامل کر لوں گا۔",
    )
}

/// What was asked of tasks that are there is not possible.
pub fn cannot(beyond: Beyond, script: Script) -> String {
    let (en, roman, urdu) = match beyond {
        Beyond::Reminder => return cannot_ring(script),
        Beyond::File => return file_needs_model(script),
        Beyond::Settings => (
            "I can't open or change the settings. They are under **Settings** in the menu at the side: your name, language, time zone, password and more.",
            "Main settings khol ya badal nahi sakta. Ye side ke menu mein **Settings** ke neeche hain: aap ka naam, zaban, time zone, password waghera.",
            "میں ترتیبات کھول یا بدل نہیں سکتا۔ یہ کنارے کے مینو میں **ترتیبات** کے نیچے ہیں: آپ کا نام، زبان، ٹائم زون، پاس ورڈ وغیرہ۔",
        ),
        Beyond::Sort => (
            "I can't sort or group the list in another way: it stands in the order of its dates. I can show the tasks of a day, of a priority, or the overdue ones.",
            "Main list ko kisi aur tarteeb mein nahi rakh sakta: ye tareekhon ki tarteeb mein hai. Kisi din ke, kisi ahmiyat ke, ya waqt guzre kaam dikha sakta hun.",
            "میں فہرست کو کسی اور ترتیب میں نہیں رکھ سکتا: یہ تاریخوں کی ترتیب میں ہے۔ کسی دن کے، کسی اہمیت کے، یا وقت گزرے کام دکھا سکتا ہوں۔",
        ),
        Beyond::Swap => (
            "I can't swap tasks, so I changed nothing. I can move each of them to its own day: \"move gym to Friday\".",
            "Main kaamon ko aapas mein nahi badal sakta, is liye kuch nahi badla. Har aik ko us ke din par rakh sakta hun: \"gym ko jumma ko kar do\".",
            "میں کاموں کو آپس میں نہیں بدل سکتا، اس لیے کچھ نہیں بدلا۔ ہر ایک کو اس کے دن پر رکھ سکتا ہوں: \"جم کو جمعہ کو کر دو\"۔",
        ),
        Beyond::Send => (
            "I can't print, share or export tasks. I can show them here.",
            "Main kaam print, share ya export nahi kar sakta. Yahan dikha sakta hun.",
            "میں کام پرنٹ، شیئر یا ایکسپورٹ نہیں کر سکتا۔ یہاں دکھا سکتا ہوں۔",
        ),
        Beyond::Merge => (
            "I can't put tasks together, copy, pin or hand them over. I can add, show, change, complete and delete them.",
            "Main kaamon ko jor, copy, pin ya kisi aur ke hawale nahi kar sakta. Shamil kar, dikha, badal, mukammal aur mita sakta hun.",
            "میں کاموں کو جوڑ، کاپی، پن یا کسی اور کے حوالے نہیں کر سکتا۔ شامل کر، دکھا، بدل، مکمل اور مٹا سکتا ہوں۔",
        ),
    };
    three(script, en, roman, urdu)
}

/// More tasks are meant than can be changed at once.
pub fn too_many(count: usize, most: usize, script: Script) -> String {
    match script {
        Script::En => {
            format!("These are {count} tasks, and I change at most {most} at once, so nothing was changed. Name a day or a priority.")
        }
        Script::UrLatn => {
            format!(
                "Ye {count} kaam hain, aur main aik baar mein zyada se zyada {most} badalta hun, is liye kuch nahi badla. Koi din ya ahmiyat batayein."
            )
        }
        Script::Ur => {
            format!(
                "یہ {count} کام ہیں، اور میں ایک بار میں زیادہ سے زیادہ {most} بدلتا ہوں، اس لیے کچھ نہیں بدلا۔ کوئی دن یا اہمیت بتائیں۔"
            )
        }
    }
}

/// More tasks fit than anybody can choose among.
pub fn too_many_like(words: &str, count: usize, script: Script) -> String {
    let words = bold(words);
    match script {
        Script::En => format!("{count} tasks are like {words}, so nothing was changed. Say more of its name."),
        Script::UrLatn => format!("{words} jaise {count} kaam hain, is liye kuch nahi badla. Naam mein se kuch aur batayein."),
        Script::Ur => format!("{words} جیسے {count} کام ہیں، اس لیے کچھ نہیں بدلا۔ نام میں سے کچھ اور بتائیں۔"),
    }
}

/// The task that comes next.
pub fn next_task(task: Option<&Named>, script: Script) -> String {
    match (task, script) {
        (None, _) => nothing_there(false, script),
        (Some(task), Script::En) => format!("Next: {}.", with_due(task, script)),
        (Some(task), Script::UrLatn) => format!("Agla kaam: {}.", with_due(task, script)),
        (Some(task), Script::Ur) => format!("اگلا کام: {}۔", with_due(task, script)),
    }
}

/// Many tasks were changed.
pub fn updated_many(count: usize, script: Script) -> String {
    match script {
        Script::En => format!("Updated {count} tasks."),
        Script::UrLatn => format!("{count} kaam badal diye."),
        Script::Ur => format!("{count} کام بدل دیے۔"),
    }
}
