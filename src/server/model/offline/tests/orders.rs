//! Orders that may be about a task that is there, or a thing to do; and those that cannot be done.

use super::fake::Fake;

const EN: [&str; 4] = ["gym", "report", "Dentist appointment", "call Ali"];
const ROMAN: [&str; 3] = ["gym jana", "report likhna", "dentist"];
const URDU: [&str; 3] = ["جم", "رپورٹ", "ڈینٹسٹ"];

/// What is said, and what the reply begins with or holds; nothing is changed.
#[track_caller]
fn changes_nothing(titles: &[&str], cases: &[(&str, &str)]) {
    for (say, words) in cases {
        for forms in [false, true] {
            let mut fake = if forms { Fake::with_forms(titles) } else { Fake::new(titles) };
            let said = fake.say(say);
            assert!(fake.deeds().is_empty(), "{say}: {:?}", fake.calls);
            assert!(said.contains(words), "{say}: {said}");
            assert_eq!(fake.titles(), titles, "{say}");
        }
    }
}

#[test]
fn a_task_that_is_there_is_shown() {
    changes_nothing(
        &EN,
        &[
            ("show gym", "- **gym**: still to do"),
            ("open report", "- **report**: still to do"),
            ("look for gym", "- **gym**: still to do"),
            ("search for the gym please", "- **gym**: still to do"),
            ("can you find gym for me", "- **gym**: still to do"),
            ("see the report", "- **report**: still to do"),
            ("go to my tasks", "You have 4 tasks"),
        ],
    );
    changes_nothing(
        &ROMAN,
        &[("gym dhoondo", "**gym jana**"), ("gym wala kaam dhoond do", "**gym jana**")],
    );
    changes_nothing(&URDU, &[("جم تلاش کرو", "**جم**"), ("رپورٹ ڈھونڈو", "**رپورٹ**")]);
}

#[test]
fn what_cannot_be_done_with_tasks_is_said() {
    changes_nothing(
        &EN,
        &[
            ("swap gym and the dentist", "can't swap"),
            ("sort my tasks by date", "can't sort"),
            ("can you sort the tasks alphabetically", "can't sort"),
            ("print my tasks", "can't print"),
            ("print the report", "can't print"),
            ("share my list with Ali", "can't print, share"),
            ("email my tasks to Sana", "can't print, share"),
            ("export all tasks as pdf", "can't print, share"),
            ("duplicate gym", "can't put tasks together"),
        ],
    );
    changes_nothing(
        &ROMAN,
        &[
            ("mere kaam print karo", "nahi kar sakta"),
            ("sab kaam export kar do", "nahi kar sakta"),
            ("mere kaam share karo Ali ke saath", "nahi kar sakta"),
            ("kaam tareekh ke hisaab se sort karo", "tarteeb"),
            ("mere kaam tarteeb se lagao", "tarteeb"),
            ("gym aur dentist aapas mein badal do", "nahi badal sakta"),
        ],
    );
    changes_nothing(
        &URDU,
        &[
            ("میرے کام پرنٹ کرو", "نہیں کر سکتا"),
            ("سب کام ایکسپورٹ کر دو", "نہیں کر سکتا"),
            ("میرے کام ترتیب دو", "ترتیب"),
            ("جم اور ڈینٹسٹ آپس میں بدل دو", "نہیں بدل سکتا"),
        ],
    );
}

#[test]
fn a_thing_to_do_is_added() {
    for say in [
        "open a bank account",
        "swap tyres",
        "count the votes",
        "print the invoice",
        "print 20 copies of the menu",
        "sort the files",
        "show Ali the house",
        "check the oil",
        "order pizza",
        "email Sana",
        "send the list to Sana",
        "merge the two accounts",
    ] {
        let mut fake = Fake::new(&["gym", "call Ali"]);
        fake.say(say);
        assert_eq!(fake.titles(), ["gym", "call Ali", say], "{say}");
    }
}

#[test]
fn what_may_be_either_is_asked() {
    for (say, yes, title) in [
        ("find my keys", "yes", "find my keys"),
        ("search for flights to Dubai", "yes", "search for flights to Dubai"),
        ("print the report", "yes", "print the report"),
        ("share the task list with Ali tomorrow", "yes", "share the task list with Ali"),
        ("read my tasks aloud", "yes", "read my tasks aloud"),
        ("gaari dhoondo", "haan", "gaari dhoondo"),
        ("چابیاں ڈھونڈو", "ہاں", "چابیاں ڈھونڈو"),
    ] {
        for (answer, count) in [(yes, 2), ("no", 1)] {
            let mut fake = Fake::new(&["report"]);
            let asked = fake.say(say);
            assert!(fake.deeds().is_empty() && asked.contains("\n1. **"), "{say}: {asked}");
            fake.say(answer);
            assert_eq!(fake.tasks.len(), count, "{say}: {answer}");
            assert!(count == 1 || fake.titles()[1] == title, "{say}: {:?}", fake.titles());
        }
    }
}

#[test]
fn a_question_adds_nothing() {
    changes_nothing(
        &EN,
        &[
            ("how do I delete a task?", ""),
            ("how can I add a task for tomorrow", ""),
            ("will it rain tomorrow", ""),
            ("do you know Ali's birthday tomorrow", ""),
            ("have you seen the report due Friday", ""),
        ],
    );
    changes_nothing(&ROMAN, &[("kal gym jaun?", ""), ("kya kal chutti hai", "")]);
    changes_nothing(&URDU, &[("کل جم جاؤں؟", ""), ("کیا کل چھٹی ہے", "")]);
}

#[test]
fn tasks_are_counted_within_what_was_said() {
    for (say, count) in [
        ("count my tasks due tomorrow", "1 task "),
        ("count overdue tasks", "1 of your tasks"),
        ("count my tasks", "3 tasks to do"),
        ("kal ke kaam gino", "1 kaam"),
        ("کل کے کام گن کر بتاؤ", "1 کام"),
    ] {
        let mut fake = Fake::new(&["gym", "report", "call Ali"]);
        fake.due("gym", "2026-11-24");
        fake.due("report", "2026-11-20");
        let said = fake.say(say);
        assert!(said.contains(count) && fake.deeds().is_empty(), "{say}: {said}");
    }
}

#[test]
fn the_next_task_is_the_first_whose_time_has_not_passed() {
    for (say, words) in [
        ("what is my next task?", "Next: **gym**"),
        ("next task", "Next: **gym**"),
        ("agla kaam kya hai", "Agla kaam: **gym**"),
        ("میرا اگلا کام بتاؤ", "اگلا کام: **gym**"),
    ] {
        let mut fake = Fake::new(&["call Ali", "report", "gym"]);
        fake.due("report", "2026-11-20");
        fake.due("gym", "2026-11-24");
        let said = fake.say(say);
        assert!(said.starts_with(words), "{say}: {said}");
    }
}

#[test]
fn a_deletion_that_says_more_than_the_title_is_asked_about() {
    for (title, say, yes) in [
        ("dentist", "delete dentist tomorrow", "yes"),
        ("Gym", "delete gym membership", "yes"),
        ("gym membership", "cancel gym membership tomorrow", "yes"),
        ("plumber 77", "delete plumber 777", "yes"),
        ("dentist", "kal dentist hata do", "haan"),
        ("gym jana", "gym wala kaam kal delete kar do", "haan"),
        ("ڈینٹسٹ", "کل ڈینٹسٹ ہٹا دو", "ہاں"),
    ] {
        for forms in [false, true] {
            let mut fake = if forms { Fake::with_forms(&[title]) } else { Fake::new(&[title]) };
            let asked = fake.say(say);
            assert!(
                fake.deeds().is_empty() && asked.contains(&format!("1. {}", if forms { title.to_owned() } else { format!("**{title}**") })),
                "{say}: {asked}"
            );
            if forms {
                fake.choose(1);
            } else {
                fake.say(yes);
            }
            assert!(fake.tasks.is_empty(), "{say}: {:?}", fake.titles());
        }
    }
    // The day on which the task is due only says which one it is.
    let mut fake = Fake::new(&["dentist"]);
    fake.due("dentist", "2026-11-24");
    fake.say("delete dentist tomorrow");
    assert!(fake.tasks.is_empty());
}

#[test]
fn what_is_to_be_called_off_on_a_day_is_a_thing_to_do() {
    for (say, title) in [
        ("cancel gym membership tomorrow", "cancel gym membership"),
        ("kal gym membership cancel karni hai", "gym membership cancel karni"),
        ("kal dentist hatana hai", "dentist hatana"),
        ("کل ڈینٹسٹ ہٹانا ہے", "ڈینٹسٹ ہٹانا"),
    ] {
        let mut fake = Fake::new(&["Gym", "dentist", "ڈینٹسٹ"]);
        fake.say(say);
        assert_eq!(fake.titles(), ["Gym", "dentist", "ڈینٹسٹ", title], "{say}");
        assert_eq!(fake.task(title)["due"]["date"], "2026-11-24", "{say}");
    }
}

#[test]
fn of_several_that_are_named_none_is_passed_over() {
    for (title, say) in [
        ("gym", "delete gym and pool"),
        ("milk for Ali", "delete the milk one and call Ali"),
        ("meeting with Ali", "cancel the meeting with Ali and Sana"),
    ] {
        changes_nothing(&[title], &[(say, "")]);
    }
}

/// What is said, the titles that there are, and the one that is changed.
#[track_caller]
fn changes_only(cases: &[(&str, &[&str], &str)]) {
    for (say, titles, meant) in cases {
        let mut fake = Fake::new(titles);
        fake.say(say);
        let meant = fake.task(meant)["id"].clone();
        assert!(!fake.deeds().is_empty(), "{say}: {:?}", fake.calls);
        for (name, arguments) in fake.calls.iter().filter(|(name, _)| !super::fake::LOOKS.contains(&name.as_str())) {
            assert_eq!(arguments["task_id"], meant, "{say}: {name} {arguments}");
            assert!(arguments.get("repeat").is_none(), "{say}: {arguments}");
        }
    }
}

#[test]
fn the_task_of_the_very_words_comes_first() {
    changes_only(&[
        (
            "add a note to buy milk: full fat",
            &["Buy milk and eggs", "دودھ لانا"],
            "Buy milk and eggs",
        ),
        ("complete buy milk", &["doodh lana", "Buy milk and eggs"], "Buy milk and eggs"),
        ("complete Monday report", &["report", "Monday report"], "Monday report"),
        ("kal ka hisaab mukammal kar do", &["hisaab", "Kal ka hisaab"], "Kal ka hisaab"),
    ]);
    changes_nothing(&["Sports day", "Meeting"], &[("move all day thing to 3", "Sports day")]);
}

#[test]
fn a_recurrence_in_a_title_is_none_of_the_task() {
    changes_only(&[
        ("move Weekly plan to Friday", &["plan", "Weekly plan"], "Weekly plan"),
        ("make weekly plan urgent", &["plan", "Weekly plan"], "Weekly plan"),
        ("change daily walk to 7pm", &["walk", "Daily walk"], "Daily walk"),
        ("complete weekly plan", &["plan", "Weekly plan"], "Weekly plan"),
        (
            "rozana ki report jumma ko kar do",
            &["report", "rozana ki report"],
            "rozana ki report",
        ),
        (
            "rozana ki report mukammal karo",
            &["report", "rozana ki report"],
            "rozana ki report",
        ),
        ("ہفتہ وار رپورٹ جمعہ کو کر دو", &["رپورٹ", "ہفتہ وار رپورٹ"], "ہفتہ وار رپورٹ"),
        ("ہفتہ وار رپورٹ مکمل کر دو", &["رپورٹ", "ہفتہ وار رپورٹ"], "ہفتہ وار رپورٹ"),
    ]);
    // One that is ordered is one.
    for say in ["move gym to every Friday", "gym har jumma ko kar do", "جم ہر جمعہ کو کر دو"] {
        let mut fake = Fake::new(&["gym", "جم"]);
        fake.say(say);
        assert!(
            fake.tasks.iter().any(|task| task["repeat"] == "FREQ=WEEKLY;BYDAY=FR"),
            "{say}: {:?}",
            fake.tasks
        );
    }
}

#[test]
fn two_orders_on_one_task_are_two_changes_of_it() {
    for (say, title) in [
        ("rename gym to swim and move it to Sunday", "swim"),
        ("gym ka naam swim rakh do aur usay Sunday ko kar do", "swim"),
        ("جم کا نام تیراکی رکھ دو اور اسے اتوار کو کر دو", "تیراکی"),
    ] {
        let mut fake = Fake::new(&[if say.is_ascii() { "gym" } else { "جم" }, "Sunday lunch"]);
        fake.say(say);
        assert_eq!(fake.titles(), [title, "Sunday lunch"], "{say}");
        assert_eq!(fake.task(title)["due"]["date"], "2026-11-29", "{say}");
    }
    // "It" in a title orders nothing.
    let mut fake = Fake::new(&["gym"]);
    fake.say("rename gym to wash the car and clean it");
    assert_eq!(fake.titles(), ["wash the car and clean it"]);
}
