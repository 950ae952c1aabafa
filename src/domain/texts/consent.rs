//! The questions by which the server asks for consent. Their words are the server's own: they name what is done, to how many tasks and to
//! which. What a model would like to ask is quoted below them, as the assistant's.

use super::spoken::isolated;
use crate::domain::{
    dates::{self, PluralCategory},
    deed::{Deed, FieldChange, PlannedDeed},
    locale::Script,
    task::Priority,
};

/// So many titles are named; of the others it is said how many they are.
const SHOWN: usize = 10;

/// A question with its two answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// The question.
    pub question: String,
    /// The answer by which it is done.
    pub yes: String,
    /// The answer by which nothing is done.
    pub no: String,
}

/// Asks whether all of this may be done. The same deed to several tasks is asked as one.
pub fn consent(script: Script, deeds: Vec<PlannedDeed>) -> Consent {
    let mut joined: Vec<PlannedDeed> = Vec::new();
    for planned in deeds.into_iter().filter(|planned| !planned.titles.is_empty()) {
        match joined.iter_mut().find(|other| other.deed == planned.deed) {
            Some(other) => other.titles.extend(planned.titles),
            None => joined.push(planned),
        }
    }
    let paragraphs: Vec<String> = joined.iter().map(|planned| paragraph(script, planned)).collect();
    let (yes, no) = answers(script, &joined);
    Consent {
        question: paragraphs.join("\n\n"),
        yes: yes.into(),
        no: no.into(),
    }
}

/// Asks to which of several tasks something is to be done; `None` where the answer alone changes nothing. `words` are the model's own.
pub fn which_tasks(script: Script, deed: Option<&Deed>, multiple: bool, words: Option<&str>) -> String {
    let one_or_many = |one: &'static str, many: &'static str| if multiple { many } else { one };
    let mut question = match (deed, script) {
        (Some(Deed::Delete | Deed::Unmake), Script::En) => one_or_many("Which task should be deleted?", "Which tasks should be deleted?"),
        (Some(Deed::Delete | Deed::Unmake), Script::UrLatn) => {
            one_or_many("Kaunsa kaam delete karna hai?", "Kaunse kaam delete karne hain?")
        }
        (Some(Deed::Delete | Deed::Unmake), Script::Ur) => one_or_many("کون سا کام حذف کرنا ہے؟", "کون سے کام حذف کرنے ہیں؟"),
        (Some(Deed::Complete), Script::En) => one_or_many("Which task is done?", "Which tasks are done?"),
        (Some(Deed::Complete), Script::UrLatn) => one_or_many("Kaunsa kaam ho gaya hai?", "Kaunse kaam ho gaye hain?"),
        (Some(Deed::Complete), Script::Ur) => one_or_many("کون سا کام ہو گیا ہے؟", "کون سے کام ہو گئے ہیں؟"),
        (Some(_), Script::En) => one_or_many("Which task should be changed?", "Which tasks should be changed?"),
        (Some(_), Script::UrLatn) => one_or_many("Kaunsa kaam badalna hai?", "Kaunse kaam badalne hain?"),
        (Some(_), Script::Ur) => one_or_many("کون سا کام بدلنا ہے؟", "کون سے کام بدلنے ہیں؟"),
        (None, Script::En) => one_or_many("Which task do you mean?", "Which tasks do you mean?"),
        (None, Script::UrLatn) => one_or_many("Aap ki murad kaunse kaam se hai?", "Aap ki murad kaunse kaamon se hai?"),
        (None, Script::Ur) => one_or_many("آپ کی مراد کون سے کام سے ہے؟", "آپ کی مراد کون سے کاموں سے ہے؟"),
    }
    .to_owned();
    if let Some(Deed::Change(fields)) = deed
        && !fields.is_empty()
    {
        question.push_str(&format!("\n{}", fields_in_words(script, fields)));
    }
    if let Some(words) = words {
        let quoted = isolated(words.trim());
        question.push_str("\n\n");
        question.push_str(&match script {
            Script::En => format!("The assistant asks: {quoted}"),
            Script::UrLatn => format!("Assistant poochta hai: {quoted}"),
            Script::Ur => format!("معاون پوچھتا ہے: {quoted}"),
        });
    }
    question
}

/// Whether this is one of the answers by which something is done.
pub fn is_consent(answer: &str) -> bool {
    let deeds = [
        Deed::Add,
        Deed::Complete,
        Deed::Change(Vec::new()),
        Deed::Delete,
        Deed::Restore,
        Deed::Unmake,
    ];
    let planned = |deed: &Deed, count: usize| PlannedDeed {
        deed: deed.clone(),
        titles: vec![String::new(); count],
    };
    Script::ALL.into_iter().any(|script| {
        let is_yes = |deeds: &[PlannedDeed]| answers(script, deeds).0 == answer;
        is_yes(&[]) || deeds.iter().any(|deed| is_yes(&[planned(deed, 1)]) || is_yes(&[planned(deed, 2)]))
    })
}

fn paragraph(script: Script, planned: &PlannedDeed) -> String {
    let n = planned.titles.len();
    let is_one = dates::plural(n, script) == PluralCategory::One;
    let mut text = match (script, is_one, &planned.deed) {
        (Script::En, true, Deed::Delete) => "Delete this task? It goes to the trash for 30 days.".to_owned(),
        (Script::En, false, Deed::Delete) => format!("Delete these {n} tasks? They go to the trash for 30 days."),
        (Script::En, true, Deed::Complete) => "Mark this task as done?".to_owned(),
        (Script::En, false, Deed::Complete) => format!("Mark these {n} tasks as done?"),
        (Script::En, true, Deed::Change(_)) => "Change this task?".to_owned(),
        (Script::En, false, Deed::Change(_)) => format!("Change these {n} tasks?"),
        (Script::En, true, Deed::Add) => "Add this task?".to_owned(),
        (Script::En, false, Deed::Add) => format!("Add these {n} tasks?"),
        (Script::En, true, Deed::Restore) => "Take back the last change of this task?".to_owned(),
        (Script::En, false, Deed::Restore) => format!("Take back the last change of these {n} tasks?"),
        (Script::En, true, Deed::Unmake) => "Take back that this task was added? It goes.".to_owned(),
        (Script::En, false, Deed::Unmake) => format!("Take back that these {n} tasks were added? They go."),
        (Script::UrLatn, true, Deed::Delete) => "Ye kaam delete kar dein? Ye 30 din trash mein rahega.".to_owned(),
        (Script::UrLatn, false, Deed::Delete) => format!("Ye {n} kaam delete kar dein? Ye 30 din trash mein rahenge."),
        (Script::UrLatn, true, Deed::Complete) => "Ye kaam mukammal kar dein?".to_owned(),
        (Script::UrLatn, false, Deed::Complete) => format!("Ye {n} kaam mukammal kar dein?"),
        (Script::UrLatn, true, Deed::Change(_)) => "Ye kaam badal dein?".to_owned(),
        (Script::UrLatn, false, Deed::Change(_)) => format!("Ye {n} kaam badal dein?"),
        (Script::UrLatn, true, Deed::Add) => "Ye kaam likh lein?".to_owned(),
        (Script::UrLatn, false, Deed::Add) => format!("Ye {n} kaam likh lein?"),
        (Script::UrLatn, true, Deed::Restore) => "Is kaam ki aakhri tabdeeli wapas le lein?".to_owned(),
        (Script::UrLatn, false, Deed::Restore) => format!("In {n} kaamon ki aakhri tabdeeli wapas le lein?"),
        (Script::UrLatn, true, Deed::Unmake) => "Ye kaam jo likha gaya tha, wapas hata dein?".to_owned(),
        (Script::UrLatn, false, Deed::Unmake) => format!("Ye {n} kaam jo likhe gaye the, wapas hata dein?"),
        (Script::Ur, true, Deed::Delete) => "یہ کام حذف کر دیں؟ یہ 30 دن ردی میں رہے گا۔".to_owned(),
        (Script::Ur, false, Deed::Delete) => format!("یہ {n} کام حذف کر دیں؟ یہ 30 دن ردی میں رہیں گے۔"),
        (Script::Ur, true, Deed::Complete) => "یہ کام مکمل کر دیں؟".to_owned(),
        (Script::Ur, false, Deed::Complete) => format!("یہ {n} کام مکمل کر دیں؟"),
        (Script::Ur, true, Deed::Change(_)) => "یہ کام بدل دیں؟".to_owned(),
        (Script::Ur, false, Deed::Change(_)) => format!("یہ {n} کام بدل دیں؟"),
        (Script::Ur, true, Deed::Add) => "یہ کام لکھ لیں؟".to_owned(),
        (Script::Ur, false, Deed::Add) => format!("یہ {n} کام لکھ لیں؟"),
        (Script::Ur, true, Deed::Restore) => "اس کام کی آخری تبدیلی واپس لے لیں؟".to_owned(),
        (Script::Ur, false, Deed::Restore) => format!("ان {n} کاموں کی آخری تبدیلی واپس لے لیں؟"),
        (Script::Ur, true, Deed::Unmake) => "یہ کام جو لکھا گیا تھا، واپس ہٹا دیں؟".to_owned(),
        (Script::Ur, false, Deed::Unmake) => format!("یہ {n} کام جو لکھے گئے تھے، واپس ہٹا دیں؟"),
    };
    if let Deed::Change(fields) = &planned.deed
        && !fields.is_empty()
    {
        text.push_str(&format!("\n{}", fields_in_words(script, fields)));
    }
    for title in planned.titles.iter().take(SHOWN) {
        text.push_str("\n• ");
        text.push_str(&isolated(title));
    }
    if n > SHOWN {
        text.push_str(&format!("\n… +{}", n - SHOWN));
    }
    text
}

/// What is to be different, in one line.
fn fields_in_words(script: Script, fields: &[FieldChange]) -> String {
    let all: Vec<String> = fields.iter().map(|field| field_in_words(script, field)).collect();
    all.join(script.choose("; ", "; ", "؛ "))
}

fn field_in_words(script: Script, field: &FieldChange) -> String {
    let named = |name: &str, value: &str| format!("{name}: {}", isolated(value));
    match field {
        FieldChange::Title(title) => named(script.choose("New title", "Naya naam", "نیا عنوان"), title),
        FieldChange::Notes(true) => script.choose("New notes", "Naye notes", "نئے نوٹس").into(),
        FieldChange::Notes(false) => script
            .choose("Notes are emptied", "Notes khali ho jayenge", "نوٹس خالی ہو جائیں گے")
            .into(),
        FieldChange::Due(Some(due)) => named(script.choose("Due", "Tareekh", "تاریخ"), due),
        FieldChange::Due(None) => script.choose("No due date", "Koi tareekh nahi", "کوئی تاریخ نہیں").into(),
        FieldChange::Priority(priority) => {
            let number = match priority {
                Priority::P1 => "1",
                Priority::P2 => "2",
                Priority::P3 => "3",
                Priority::P4 => "4",
            };
            named(script.choose("Priority", "Ahmiyat", "اہمیت"), number)
        }
        FieldChange::Repeat(Some(repeat)) => named(script.choose("Repeats", "Dohrana", "دہرانا"), repeat),
        FieldChange::Repeat(None) => script
            .choose("No longer repeats", "Ab dohraya nahi jayega", "اب دہرایا نہیں جائے گا")
            .into(),
        FieldChange::Reopen => script.choose("To do again", "Dobara karna hai", "دوبارہ کرنا ہے").into(),
    }
}

fn answers(script: Script, deeds: &[PlannedDeed]) -> (&'static str, &'static str) {
    let [planned] = deeds else {
        return match script {
            Script::En => ("Yes, do all of this", "No, change nothing"),
            Script::UrLatn => ("Haan, ye sab karein", "Nahi, rehne dein"),
            Script::Ur => ("جی ہاں، یہ سب کریں", "نہیں، رہنے دیں"),
        };
    };
    let is_one = dates::plural(planned.titles.len(), script) == PluralCategory::One;
    match (script, &planned.deed) {
        (Script::En, Deed::Delete) if is_one => ("Yes, delete it", "No, keep it"),
        (Script::En, Deed::Delete) => ("Yes, delete them", "No, keep them"),
        (Script::En, Deed::Complete) => ("Yes, mark as done", "No, leave as is"),
        (Script::En, Deed::Change(_)) if is_one => ("Yes, change it", "No, leave it"),
        (Script::En, Deed::Change(_)) => ("Yes, change them", "No, leave them"),
        (Script::En, Deed::Add) if is_one => ("Yes, add it", "No, do not add it"),
        (Script::En, Deed::Add) => ("Yes, add them", "No, do not add them"),
        (Script::En, Deed::Restore | Deed::Unmake) => ("Yes, take it back", "No, leave as is"),
        (Script::UrLatn, Deed::Delete) => ("Haan, delete karein", "Nahi, rehne dein"),
        (Script::UrLatn, Deed::Complete) => ("Haan, mukammal karein", "Nahi, rehne dein"),
        (Script::UrLatn, Deed::Change(_)) => ("Haan, badal dein", "Nahi, rehne dein"),
        (Script::UrLatn, Deed::Add) => ("Haan, likh lein", "Nahi, rehne dein"),
        (Script::UrLatn, Deed::Restore | Deed::Unmake) => ("Haan, wapas le lein", "Nahi, rehne dein"),
        (Script::Ur, Deed::Delete) => ("جی ہاں، حذف کریں", "نہیں، رہنے دیں"),
        (Script::Ur, Deed::Complete) => ("جی ہاں، مکمل کریں", "نہیں، رہنے دیں"),
        (Script::Ur, Deed::Change(_)) => ("جی ہاں، بدل دیں", "نہیں، رہنے دیں"),
        (Script::Ur, Deed::Add) => ("جی ہاں، لکھ لیں", "نہیں، رہنے دیں"),
        (Script::Ur, Deed::Restore | Deed::Unmake) => ("جی ہاں، واپس لے لیں", "نہیں، رہنے دیں"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planned(deed: Deed, titles: &[&str]) -> PlannedDeed {
        PlannedDeed {
            deed,
            titles: titles.iter().map(|&title| title.to_owned()).collect(),
        }
    }

    #[test]
    fn what_is_done_to_how_many_and_to_which_is_said() {
        let one = consent(Script::En, vec![planned(Deed::Delete, &["Milk"])]);
        assert_eq!(
            one.question,
            "Delete this task? It goes to the trash for 30 days.\n• “\u{2068}Milk\u{2069}”"
        );
        assert_eq!((one.yes.as_str(), one.no.as_str()), ("Yes, delete it", "No, keep it"));
        assert!(is_consent(&one.yes) && !is_consent(&one.no) && is_consent("Haan, ye sab karein"));
        let titles: Vec<String> = (0..12).map(|n| format!("t{n}")).collect();
        let each: Vec<PlannedDeed> = titles.iter().map(|title| planned(Deed::Complete, &[title])).collect();
        let many = consent(Script::En, each);
        assert!(
            many.question.starts_with("Mark these 12 tasks as done?\n• ") && many.question.ends_with("\n… +2"),
            "{}",
            many.question
        );
        let mixed = consent(
            Script::Ur,
            vec![
                planned(Deed::Delete, &["ایک", "دو"]),
                planned(Deed::Change(vec![FieldChange::Due(Some("2026-12-01".into()))]), &["تین"]),
                planned(Deed::Complete, &[]),
            ],
        );
        assert!(
            mixed.question.contains("یہ 2 کام حذف کر دیں؟") && mixed.question.contains("2026-12-01"),
            "{}",
            mixed.question
        );
        assert_eq!(mixed.yes, "جی ہاں، یہ سب کریں");
    }

    #[test]
    fn the_words_of_a_model_are_quoted_below_those_of_the_server() {
        let question = which_tasks(Script::En, Some(&Deed::Delete), true, Some("Which tasks do you want to KEEP?"));
        assert_eq!(
            question,
            "Which tasks should be deleted?\n\nThe assistant asks: “\u{2068}Which tasks do you want to KEEP?\u{2069}”"
        );
    }
}
