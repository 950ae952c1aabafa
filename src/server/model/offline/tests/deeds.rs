//! Deeds: what they change, what they keep, what is taken back, and what cannot be done.

use super::fake::Fake;

/// A conversation about one task at five in the afternoon.
fn at_five(title: &str) -> Fake {
    let mut fake = Fake::with_forms(&[title]);
    fake.due(title, "2026-11-24T17:00");
    fake
}

fn due(fake: &Fake, title: &str) -> String {
    let due = &fake.task(title)["due"];
    let text = |key: &str| due[key].as_str().unwrap_or_default().to_owned();
    format!("{} {}", text("date"), text("time")).trim().to_owned()
}

#[test]
fn a_new_day_keeps_the_time() {
    for (title, say, wanted) in [
        ("call Ahmed", "move call Ahmed to Monday", "2026-11-30 17:00"),
        ("call Ahmed", "call Ahmed should be on Friday", "2026-11-27 17:00"),
        ("call Ahmed", "postpone call Ahmed by 2 days", "2026-11-26 17:00"),
        ("call Ahmed", "call Ahmed wala kaam jumme ko kar do", "2026-11-27 17:00"),
        ("کال احمد", "کال احمد کو جمعے کو کر دو", "2026-11-27 17:00"),
        ("call Ahmed", "move call Ahmed to Monday at 9 am", "2026-11-30 09:00"),
        ("call Ahmed", "move everything due tomorrow to Friday", "2026-11-27 17:00"),
        ("call Ahmed", "kal ke sab kaam jumme ko kar do", "2026-11-27 17:00"),
        ("کال احمد", "کل کے سب کام جمعے کو کر دو", "2026-11-27 17:00"),
    ] {
        let mut fake = at_five(title);
        fake.say(say);
        assert_eq!(due(&fake, title), wanted, "{say}");
    }
    // Also where the task is chosen in a form.
    let mut fake = at_five("call Ahmed");
    fake.say("add call Ali");
    fake.say("move call to Friday");
    assert!(fake.asks());
    fake.choose(1);
    assert_eq!(due(&fake, "call Ahmed"), "2026-11-27 17:00");
    // Not one that would have passed.
    fake.now = "2026-11-23T15:00:00Z".parse().unwrap();
    fake.say("move call Ahmed to today");
    assert_eq!(due(&fake, "call Ahmed"), "2026-11-23");
}

#[test]
fn what_only_says_which_tasks_are_meant_is_no_new_day() {
    for (say, day) in [
        ("postpone everything due tomorrow", "Friday"),
        ("postpone all of tomorrow's tasks", "Friday"),
        ("kal ke sab kaam multavi kar do", "jumma"),
        ("کل کے سب کام ملتوی کر دو", "جمعہ"),
    ] {
        let mut fake = at_five("gym");
        fake.say(say);
        assert!(fake.deeds().is_empty(), "{say}: {:?}", fake.calls);
        fake.say(day);
        assert_eq!(due(&fake, "gym"), "2026-11-27 17:00", "{say}");
    }
}

#[test]
fn an_amount_moves_the_task_and_adds_none() {
    for say in [
        "move pill by 3 hours",
        "move pill 3 hours later",
        "pill 3 ghante aage kar do",
        "pill کو 3 گھنٹے آگے کر دو",
    ] {
        let mut fake = at_five("pill");
        fake.say(say);
        assert_eq!((due(&fake, "pill").as_str(), fake.tasks.len()), ("2026-11-24 20:00", 1), "{say}");
    }
}

#[test]
fn another_recurrence_is_that_of_the_task() {
    for (title, say) in [
        ("water the plants", "water plants every 2 days instead"),
        ("water the plants", "water plants every 2 days instead of every day"),
        ("paudon ko pani dena", "paudon ko pani ab har 2 din baad"),
        ("paudon ko pani dena", "paudon ko pani rozana ki bajaye har 2 din baad"),
        ("پودوں کو پانی دینا", "پودوں کو پانی روزانہ کی بجائے ہر 2 دن بعد"),
    ] {
        let mut fake = Fake::new(&[title]);
        fake.say(say);
        assert_eq!(fake.tasks.len(), 1, "{say}: {:?}", fake.calls);
        assert_eq!(fake.tasks[0]["repeat"], "FREQ=DAILY;INTERVAL=2", "{say}");
    }
}

#[test]
fn the_last_change_is_taken_back() {
    for (say, gone, none) in [
        ("undo", "No longer in the list: **buy tea**", "There is nothing to undo"),
        ("undo that", "No longer in the list: **buy tea**", "There is nothing to undo"),
        (
            "undo the last change",
            "No longer in the list: **buy tea**",
            "There is nothing to undo",
        ),
        ("take that back", "No longer in the list: **buy tea**", "There is nothing to undo"),
        ("please undo it", "No longer in the list: **buy tea**", "There is nothing to undo"),
        ("wapas karo", "Ab list mein nahi: **buy tea**", "wapas lene ko kuch nahi"),
        ("wapas le lo", "Ab list mein nahi: **buy tea**", "wapas lene ko kuch nahi"),
        ("pehle jaisa kar do", "Ab list mein nahi: **buy tea**", "wapas lene ko kuch nahi"),
        ("واپس لاؤ", "اب فہرست میں نہیں: **buy tea**", "واپس لینے کو کچھ نہیں"),
        ("واپس کر دو", "اب فہرست میں نہیں: **buy tea**", "واپس لینے کو کچھ نہیں"),
    ] {
        let mut fake = Fake::new(&["Call bank"]);
        fake.say("add buy tea");
        let said = fake.say(say);
        assert!(said.contains(gone) && fake.titles() == ["Call bank"], "{say}: {said}");
        let said = fake.say(say);
        assert!(said.contains(none), "{say}: {said}");
        fake.say("delete call bank");
        let said = fake.say(say);
        assert!(said.contains("**Call bank**") && fake.titles() == ["Call bank"], "{say}: {said}");
        // Where there is no such tool, that is said.
        fake.tools.retain(|tool| *tool != "undo");
        fake.say("delete call bank");
        let said = fake.say(say);
        assert!(fake.calls.is_empty() && fake.tasks.is_empty(), "{say}: {said}");
    }
}

#[test]
fn a_thing_that_is_to_be_brought_back_is_no_change() {
    for say in [
        "library ki kitab wapas karni hai",
        "bring back the chairs tomorrow",
        "kal kitab wapas karni hai",
        "کل کتاب واپس کرنی ہے",
    ] {
        let mut fake = Fake::new(&["Call bank"]);
        fake.say(say);
        assert!(!fake.deeds().contains(&"undo"), "{say}");
    }
}

#[test]
fn a_reminder_before_something_is_not_promised() {
    for (say, no) in [
        ("remind me 10 minutes before the dentist", "I can't ring"),
        ("remind me an hour before my flight", "I can't ring"),
        ("remind me about the meeting 15 minutes before", "I can't ring"),
        ("set a reminder half an hour before the call", "I can't ring"),
        ("yaad dilana dentist se 10 minute pehle", "ghanti"),
        ("meeting se aadha ghanta pehle yaad dila dena", "ghanti"),
        ("میٹنگ سے دس منٹ پہلے یاد دلانا", "گھنٹی"),
    ] {
        let mut fake = Fake::new(&["dentist", "meeting"]);
        let said = fake.say(say);
        assert!(said.contains(no) && fake.calls.is_empty(), "{say}: {said} {:?}", fake.calls);
    }
    for (say, title) in [
        ("remind me to call Ahmed tomorrow at 5pm", "call Ahmed"),
        (
            "remind me to take the medicine 30 minutes before dinner",
            "take the medicine 30 minutes before dinner",
        ),
        ("kal shaam 5 baje Ahmed ko call karna yaad dilana", "Ahmed ko call karna"),
    ] {
        let mut fake = Fake::new(&[]);
        let said = fake.say(say);
        assert_eq!(fake.titles(), [title], "{say}");
        assert!(!said.contains("remind you") && !said.contains("yaad dila"), "{said}");
    }
}

#[test]
fn tasks_of_a_file_take_a_model() {
    for say in [
        "add tasks from this file",
        "read the attached file and add the tasks",
        "is file se kaam daal do",
        "اس فائل سے کام شامل کرو",
    ] {
        let mut fake = Fake::new(&[]);
        let said = fake.say(say);
        assert!(fake.calls.is_empty() && fake.tasks.is_empty(), "{say}: {said}");
        assert!(said.contains("model") || said.contains("ماڈل"), "{say}: {said}");
    }
}

#[test]
fn this_is_the_task_that_is_selected() {
    for (say, deed) in [
        ("mark this done", "complete_task"),
        ("delete this", "delete_task"),
        ("move this to Monday", "update_task"),
        ("yeh mita do", "delete_task"),
        ("isko kal kar do", "update_task"),
        ("یہ مکمل کرو", "complete_task"),
        ("اسے مٹا دو", "delete_task"),
    ] {
        let mut fake = at_five("pill");
        fake.say("hello");
        let id = fake.task("pill")["id"].as_str().unwrap().to_owned();
        fake.selected = Some(id.clone());
        fake.say(say);
        let done: Vec<_> = fake.calls.iter().filter(|(tool, _)| tool == deed).collect();
        let [(_, arguments)] = &done[..] else {
            panic!("{say}: {:?}", fake.calls)
        };
        assert_eq!(arguments["task_id"], id.as_str(), "{say}");
        // With nothing selected it is asked for.
        let mut fake = at_five("pill");
        fake.say(say);
        assert!(fake.deeds().is_empty(), "{say}: {:?}", fake.calls);
    }
    let mut fake = at_five("pill");
    fake.say("move this to Monday");
    fake.selected = Some(fake.task("pill")["id"].as_str().unwrap().to_owned());
    fake.say("move this to Monday");
    assert_eq!(due(&fake, "pill"), "2026-11-30 17:00");
}

#[test]
fn an_answer_is_in_the_language_of_the_order_not_of_the_title() {
    for (say, begins) in [
        ("rename call bank to doodh lena hai", "Updated"),
        ("call bank ka naam pay the electricity bill kar do", "Badal diya"),
        ("call bank کا نام pay the bill کر دو", "بدل دیا"),
    ] {
        let mut fake = Fake::new(&["Call bank"]);
        let said = fake.say(say);
        assert!(said.starts_with(begins), "{say}: {said}");
    }
}

#[test]
fn a_pasted_list_is_several_tasks() {
    for (say, titles) in [
        (
            "Buy milk\n- [ ] Call Ahmed tomorrow 5pm\nہر پیر کو جم",
            &["Buy milk", "Call Ahmed", "جم"][..],
        ),
        ("- milk\n- eggs\n- [x] bread", &["milk", "eggs"]),
        ("add these:\n* milk\n* eggs", &["milk", "eggs"]),
        ("ye kaam likh lo:\n1. doodh lena\n2. anday lena", &["doodh lena", "anday lena"]),
        ("سودا:\n• دودھ\n• انڈے", &["دودھ", "انڈے"]),
    ] {
        let mut fake = Fake::new(&[]);
        let said = fake.say(say);
        if fake.tasks.is_empty() {
            assert!(said.contains("Say yes or no") || said.contains("ہاں یا نہیں"), "{say}: {said}");
            fake.say(if say.is_ascii() { "yes" } else { "ہاں" });
        }
        assert_eq!(fake.titles(), titles, "{say}");
        assert_eq!(fake.deeds(), ["add_tasks"], "{say}: one call, so that it is taken back at once");
        fake.say("undo");
        assert!(fake.tasks.is_empty(), "{say}");
    }
    let mut fake = Fake::new(&[]);
    fake.say("- milk\n- eggs");
    fake.say("no");
    assert!(fake.tasks.is_empty());
    fake.say("- [ ] pay rent");
    assert_eq!(fake.titles(), ["pay rent"], "without its box");
    fake.say("tomorrow:\n- call Ali\n- gym 6pm\n- rent on Friday");
    assert_eq!(due(&fake, "call Ali"), "2026-11-24");
    assert_eq!(due(&fake, "gym"), "2026-11-24 18:00");
    assert_eq!(due(&fake, "rent"), "2026-11-27");
}
