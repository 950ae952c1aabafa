//! Questions: what they look at, what they leave out, how they are answered and how they are left.

use super::fake::Fake;

/// A conversation with three tasks, two of which are calls.
fn calls(forms: bool) -> Fake {
    let titles = ["Call bank", "Call plumber", "Buy milk"];
    if forms { Fake::with_forms(&titles) } else { Fake::new(&titles) }
}

/// 300 tasks, of which every twentieth is the plumber's.
fn many() -> Fake {
    let titles: Vec<String> = (0..300)
        .map(|n| {
            if n % 20 == 19 {
                format!("plumber visit {n}")
            } else {
                format!("errand number {n}")
            }
        })
        .collect();
    Fake::new(&titles.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn a_question_looks_at_all_tasks() {
    for find in [true, false] {
        let mut fake = many();
        fake.tools.retain(|tool| find || *tool != "find_tasks");
        if find {
            let found = fake.say("find plumber");
            assert!(found.contains("15 tasks"), "{found}");
        }
        fake.say("delete plumber visit 299");
        assert_eq!(fake.tasks.len(), 299, "find_tasks: {find}");
        assert!(!fake.titles().contains(&"plumber visit 299"));
        fake.say("delete everything");
        let said = fake.say("no");
        assert!(said.contains("nothing was changed") && fake.tasks.len() == 299, "{said}");
    }
}

#[test]
fn all_that_fit_are_found_and_only_they() {
    for (say, begins) in [
        ("find milk", "- **"),
        ("doodh wale kaam dikhao", "- **"),
        ("دودھ والے کام دکھاؤ", "- **"),
    ] {
        let mut fake = Fake::new(&["doodh lena", "buy milk, eggs and bread", "Call bank"]);
        let said = fake.say(say);
        let [(tool, arguments)] = &fake.calls[..] else {
            panic!("{say}: {:?}", fake.calls)
        };
        assert_eq!((tool.as_str(), &arguments["every"]), ("find_tasks", &true.into()), "{say}");
        assert!(said.starts_with(begins), "{say}: {said}");
        assert!(
            said.contains("**doodh lena**") && said.contains("**buy milk, eggs and bread**"),
            "{say}: {said}"
        );
        assert!(!said.contains("bank"), "{say}: {said}");
    }
}

#[test]
fn a_new_order_leaves_the_question_and_says_so() {
    for (first, order, left, sure) in [
        (
            "mark call done",
            "delete all tasks",
            "I leave the question about **call**.",
            "Delete these 3 tasks?",
        ),
        (
            "call wala kaam mukammal karo",
            "sab kaam mita do",
            "sawal chhor diya",
            "Ye 3 kaam mita dun?",
        ),
        ("کال والا کام مکمل کرو", "سب کام مٹا دو", "سوال چھوڑ دیا", "یہ 3 کام مٹا دوں؟"),
    ] {
        let urdu = first.starts_with('ک');
        let titles = if urdu {
            ["کال بینک", "کال پلمبر", "دودھ"]
        } else {
            ["Call bank", "Call plumber", "Buy milk"]
        };
        let mut fake = Fake::new(&titles);
        fake.say(first);
        let said = fake.say(order);
        assert!(said.contains(left) && said.contains(sure), "{order}: {said}");
        assert!(fake.completed().is_empty() && fake.tasks.len() == 3, "{order}");
        // With forms the server asks, and the order is done once.
        let mut fake = Fake::with_forms(&titles);
        fake.say(first);
        assert!(fake.asks());
        fake.say(order);
        assert!(fake.asks() && fake.tasks.len() == 3 && fake.completed().is_empty(), "{order}");
        let said = fake.choose(1);
        assert!(said.contains(left) && fake.tasks.is_empty(), "{order}: {said}");
        // So it is with words of one's own in the form.
        let mut fake = Fake::with_forms(&titles);
        fake.say(first);
        fake.write_in(order);
        assert!(fake.asks() && fake.tasks.len() == 3 && fake.completed().is_empty(), "{order}");
        let said = fake.choose(2);
        assert_eq!(fake.tasks.len(), 3, "{order}: {said}");
    }
}

#[test]
fn other_orders_are_no_answers_either() {
    for order in [
        "add buy bread",
        "what is due today?",
        "how many tasks do I have?",
        "undo",
        "delete buy milk",
        "move buy milk to Friday",
        "naya kaam: doodh lena",
        "plan my day",
    ] {
        for forms in [true, false] {
            let mut fake = calls(forms);
            fake.say("mark call done");
            let said = fake.say(order);
            assert!(fake.completed().is_empty(), "{order}: {:?}", fake.calls);
            assert!(
                said.contains("question about **call**") || said.contains("**call** wala sawal"),
                "{order}: {said}"
            );
        }
    }
}

#[test]
fn an_order_of_the_same_kind_answers() {
    for (answer, left) in [
        ("delete the second one", &["Call bank", "Buy milk"][..]),
        ("delete the bank one", &["Call plumber", "Buy milk"]),
        ("delete both", &["Buy milk"]),
        ("the plumber", &["Call bank", "Buy milk"]),
        ("not the plumber", &["Call bank", "Call plumber", "Buy milk"]),
        ("neither", &["Call bank", "Call plumber", "Buy milk"]),
        ("yes", &["Call bank", "Call plumber", "Buy milk"]),
    ] {
        let mut fake = calls(false);
        fake.say("delete call");
        fake.say(answer);
        assert_eq!(fake.titles(), left, "{answer}");
    }
}

#[test]
fn the_name_that_was_asked_for_is_no_new_task() {
    for (order, name) in [
        ("delete it", "call bank"),
        ("isko mita do", "call bank"),
        ("اسے مٹا دو", "call bank"),
    ] {
        let mut fake = calls(false);
        fake.say(order);
        fake.say(name);
        assert_eq!(fake.titles(), ["Call plumber", "Buy milk"], "{order}");
    }
}

#[test]
fn many_are_asked_about_once() {
    for (order, yes) in [
        ("move all of tomorrow's tasks to Friday", "yes"),
        ("kal ke sab kaam jumme ko kar do", "haan"),
        ("کل کے سب کام جمعے کو کر دو", "ہاں"),
    ] {
        for forms in [true, false] {
            let titles: Vec<String> = (0..7).map(|n| format!("errand {n}")).collect();
            let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
            let mut fake = if forms { Fake::with_forms(&titles) } else { Fake::new(&titles) };
            for title in &titles {
                fake.due(title, "2026-11-24T17:00");
            }
            fake.say(order);
            assert_eq!(
                fake.asks(),
                forms,
                "{order}: who can be asked by a form is not asked in words first"
            );
            assert!(fake.deeds().is_empty());
            if forms {
                fake.choose(1);
            } else {
                fake.say(yes);
            }
            assert!(!fake.asks());
            let moved = fake
                .tasks
                .iter()
                .filter(|task| task["due"]["date"] == "2026-11-27" && task["due"]["time"] == "17:00");
            assert_eq!(moved.count(), 7, "{order}");
        }
    }
}

#[test]
fn overdue_is_by_the_clock() {
    for (say, one) in [
        ("show my overdue tasks", "1 of your tasks is overdue."),
        ("late kaam dikhao", "Aap ke 1 kaam ka waqt guzar chuka hai."),
        ("جن کاموں کا وقت گزر گیا وہ دکھاؤ", "آپ کے 1 کام کا وقت گزر چکا ہے۔"),
    ] {
        let mut fake = Fake::new(&["Call bank", "Gym", "Rent"]);
        fake.due("Call bank", "2026-11-23T17:00");
        fake.due("Gym", "2026-11-23T21:00");
        fake.due("Rent", "2026-11-23");
        // 20:00 in Karachi.
        fake.now = "2026-11-23T15:00:00Z".parse().unwrap();
        assert_eq!(fake.say(say), one);
        assert!(fake.calls.iter().all(|(_, arguments)| arguments["overdue"] == true), "{say}");
    }
}

#[test]
fn a_list_is_not_read_out() {
    let titles: Vec<String> = (0..60).map(|n| format!("errand {n}")).collect();
    let mut fake = Fake::new(&titles.iter().map(String::as_str).collect::<Vec<_>>());
    fake.due("errand 7", "2026-11-20");
    for (say, said) in [
        ("show my tasks", "You have 60 tasks, 1 overdue. The list shows the first 50."),
        (
            "mere kaam dikhao",
            "Aap ke 60 kaam hain, 1 ka waqt guzar chuka hai. List mein pehle 50 hain.",
        ),
        ("میرے کام دکھاؤ", "آپ کے 60 کام ہیں، 1 کا وقت گزر چکا ہے۔ فہرست میں پہلے 50 ہیں۔"),
    ] {
        assert_eq!(fake.say(say), said);
    }
    // The list is in the order of the dates.
    fake.say("show my tasks");
    fake.say("complete the first one");
    assert_eq!(fake.completed(), ["errand 7"]);
}

#[test]
fn how_many_is_a_number() {
    let mut fake = Fake::new(&["Call bank", "Gym", "Rent", "Tea"]);
    fake.due("Call bank", "2026-11-23T17:00");
    fake.due("Gym", "2026-11-20");
    fake.say("complete tea");
    for (say, said) in [
        (
            "how many tasks do I have?",
            "You have 3 tasks to do: 1 due today, 1 overdue. Completed: 1.",
        ),
        (
            "kitne kaam baqi hain",
            "Aap ke 3 kaam baqi hain: 1 aaj ke, aur 1 jin ka waqt guzar chuka hai. Mukammal: 1.",
        ),
        (
            "کتنے کام باقی ہیں",
            "آپ کے 3 کام باقی ہیں: 1 آج کے، اور 1 جن کا وقت گزر چکا ہے۔ مکمل: 1۔",
        ),
        ("how many tasks are overdue?", "1 of your tasks is overdue."),
    ] {
        assert_eq!(fake.say(say), said);
    }
}

#[test]
fn a_day_is_planned_and_nothing_is_added() {
    for (say, begins) in [
        (
            "plan my day",
            "Your plan (Monday, 23 November 2026): 3 tasks. First what is overdue: **Gym**.",
        ),
        ("aaj ka plan banao", "Aap ka plan (peer, 23 November 2026): 3 kaam."),
        ("میرے دن کا منصوبہ بناؤ", "آپ کا پلان (پیر، 23 نومبر، 2026): 3 کام۔"),
    ] {
        let mut fake = Fake::new(&["Call bank", "Gym", "Rent", "Tea"]);
        fake.due("Call bank", "2026-11-23T17:00");
        fake.due("Gym", "2026-11-20");
        fake.due("Rent", "2026-11-23");
        let said = fake.say(say);
        assert!(
            said.starts_with(begins) && said.contains("**Call bank**") && !said.contains("Tea"),
            "{said}"
        );
        assert!(fake.deeds().is_empty() && fake.tasks.len() == 4, "{say}");
    }
}

#[test]
fn choices_of_one_title_can_be_told_apart() {
    for forms in [true, false] {
        let mut fake = if forms {
            Fake::with_forms(&["bread", "bread"])
        } else {
            Fake::new(&["bread", "bread"])
        };
        fake.tasks[0]["notes"] = "brown".into();
        fake.tasks[1]["notes"] = "for Ammi".into();
        let asked = fake.say("delete bread");
        assert!(asked.contains("brown") && asked.contains("for Ammi"), "{asked}");
        fake.say("2");
        assert_eq!(fake.tasks.len(), 1);
        assert_eq!(fake.tasks[0]["notes"], "brown", "forms: {forms}");
    }
}

#[test]
fn a_pause_leaves_the_question_open() {
    for (first, pause, answer) in [
        ("mark call done", "hmm", "1"),
        ("mark call done", "no wait", "the bank"),
        ("mark call done", "let me think", "the first one"),
        ("mark call done", "qwerty zxcv", "1"),
        ("call wala mukammal karo", "acha", "pehla wala"),
        ("call wala mukammal karo", "ruko", "1"),
        ("call wala mukammal karo", "ek minute", "1"),
        ("کال والا کام مکمل کرو", "رکو", "پہلا والا"),
        ("کال والا کام مکمل کرو", "ایک منٹ", "۱"),
    ] {
        let titles = if first.is_ascii() {
            ["Call bank", "Call plumber"]
        } else {
            ["کال بینک", "کال پلمبر"]
        };
        for forms in [false, true] {
            let mut fake = if forms { Fake::with_forms(&titles) } else { Fake::new(&titles) };
            fake.say(first);
            let asked = fake.say(pause);
            assert!(asked.contains("1. ") && fake.deeds().is_empty(), "{pause}: {asked}");
            assert_eq!(fake.asks(), forms, "{pause}");
            if forms {
                fake.choose(1);
            } else {
                fake.say(answer);
            }
            assert_eq!(fake.completed(), titles[..1], "{pause}: {answer}");
        }
    }
    // Of what is to be deleted, too, and of a day.
    let mut fake = Fake::new(&["Call bank", "Buy milk"]);
    fake.say("delete everything");
    fake.say("hmm");
    fake.say("yes");
    assert!(fake.tasks.is_empty());
    fake.say("add party on 31 February");
    let asked = fake.say("hmm");
    assert!(asked.contains("Which day"), "{asked}");
    fake.say("Friday");
    assert_eq!(fake.task("party")["due"]["date"], "2026-11-27");
    // Thanks are none: the question is left, and that is said.
    let mut fake = calls(false);
    fake.say("mark call done");
    let said = fake.say("thanks");
    assert!(said.contains("I leave the question"), "{said}");
}

#[test]
fn all_are_all() {
    let titles: Vec<String> = (0..120).map(|n| format!("errand number {n}")).collect();
    let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
    for (say, yes) in [
        ("complete all tasks", "yes"),
        ("sab kaam mukammal kar do", "haan"),
        ("سب کام مکمل کر دو", "ہاں"),
    ] {
        let mut fake = Fake::new(&titles);
        let asked = fake.say(say);
        assert!(asked.contains("120"), "{say}: {asked}");
        fake.say(yes);
        assert_eq!(fake.completed().len(), 120, "{say}");
    }
    let mut fake = Fake::with_forms(&titles);
    let asked = fake.say("delete all tasks");
    assert!(asked.contains("Delete these 120 tasks?"), "{asked}");
    fake.choose(1);
    assert!(fake.tasks.is_empty());
    // What is more than can be changed at once is not changed in part.
    let many: Vec<String> = (0..520).map(|n| format!("errand number {n}")).collect();
    let mut fake = Fake::new(&many.iter().map(String::as_str).collect::<Vec<_>>());
    let said = fake.say("delete everything");
    assert!(said.contains("520") && said.contains("nothing was changed"), "{said}");
    fake.say("yes");
    assert_eq!(fake.tasks.len(), 520);
}

#[test]
fn all_that_fit_can_be_chosen() {
    let titles: Vec<String> = (1..=11)
        .map(|n| {
            format!(
                "call {}",
                [
                    "bank", "Ali", "Sana", "Omar", "Hina", "Zara", "Asim", "Bilal", "Nadia", "Rehan", "plumber"
                ][n - 1]
            )
        })
        .collect();
    let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
    let mut fake = Fake::with_forms(&titles);
    let asked = fake.say("mark call done");
    assert!(asked.contains("11. call plumber"), "{asked}");
    fake.choose(11);
    assert_eq!(fake.completed(), ["call plumber"]);
    let mut fake = many();
    fake.tasks.retain(|task| !task["title"].as_str().unwrap().contains("plumber"));
    let said = fake.say("delete errand");
    assert!(said.contains("tasks are like **errand**") && fake.deeds().is_empty(), "{said}");
}

#[test]
fn digits_and_accents_tell_tasks_apart() {
    for (say, found, other) in [
        ("find plumber 777", "plumber 777", "plumber 77**"),
        ("find cafe", "café", "tea"),
        ("find CAFÉ", "café", "tea"),
        ("find naive", "naïve", "tea"),
        ("گاڑي والا کام دکھاؤ", "گاڑی", "tea"),
    ] {
        let mut fake = Fake::new(&["plumber 777", "plumber 77", "café", "naïve", "گاڑی", "tea"]);
        let said = fake.say(say);
        assert!(said.contains(&format!("**{found}**")) && !said.contains(other), "{say}: {said}");
    }
    let mut fake = Fake::new(&["plumber 77"]);
    assert!(fake.say("find plumber 777").contains("no task like"));
}

#[test]
fn a_pause_before_an_order_is_no_part_of_it() {
    for (say, title) in [
        ("hmm add milk", "milk"),
        ("ruko, doodh lana hai", "doodh lana"),
        ("رکو، دودھ لانا ہے", "دودھ لانا"),
    ] {
        let mut fake = Fake::new(&[]);
        fake.say(say);
        assert_eq!(fake.titles(), [title], "{say}");
    }
}
