//! Orders about all tasks, all of some, and all but some.

use super::fake::Fake;

const EN: [&str; 3] = ["gym", "dentist", "milk"];
const URDU: [&str; 3] = ["جم", "ڈینٹسٹ", "دودھ"];

#[test]
fn all_but_some_are_deleted_after_a_yes_that_knows_how_many() {
    for (say, count, yes, left) in [
        ("delete everything except gym", "these 2 tasks", "yes", &["gym"][..]),
        ("delete all but the gym and milk", "this task", "yes", &["gym", "milk"]),
        ("except gym, delete all tasks", "these 2 tasks", "yes", &["gym"]),
        ("gym ke ilawa sab mita do", "Ye 2 kaam", "haan", &["gym"]),
        ("siwaye gym ke sab kaam mita do", "Ye 2 kaam", "haan", &["gym"]),
        ("gym aur dentist ko chhor kar sab mita do", "Ye kaam", "haan", &["gym", "dentist"]),
        ("جم کے علاوہ سب مٹا دو", "یہ 2 کام", "ہاں", &["جم"]),
        ("سوائے جم کے سب کام مٹا دو", "یہ 2 کام", "ہاں", &["جم"]),
    ] {
        let titles = if yes == "ہاں" { URDU } else { EN };
        let mut fake = Fake::new(&titles);
        let asked = fake.say(say);
        assert!(asked.contains(count) && fake.deeds().is_empty(), "{say}: {asked}");
        fake.say(yes);
        assert_eq!(fake.titles(), left, "{say}");
        let mut fake = Fake::new(&titles);
        fake.say(say);
        fake.say("no");
        assert_eq!(fake.titles(), titles, "{say}");
    }
}

#[test]
fn all_but_some_are_completed_or_moved() {
    for (say, yes) in [
        ("complete all except gym", "yes"),
        ("everything except gym done", "yes"),
        ("mark all done except gym", "yes"),
        ("gym ke ilawa sab mukammal", "haan"),
        ("gym ke siwa sab ho gaya", "haan"),
        ("جم کے علاوہ سب مکمل کر دو", "ہاں"),
        ("جم چھوڑ کر سب کام مکمل کر دو", "ہاں"),
    ] {
        let titles = if yes == "ہاں" { URDU } else { EN };
        let mut fake = Fake::new(&titles);
        fake.say(say);
        fake.say(yes);
        assert_eq!(fake.completed(), titles[1..], "{say}");
    }
    for (say, yes) in [
        ("move everything except gym to Friday", "yes"),
        ("gym ke ilawa sab kaam jumma ko kar do", "haan"),
    ] {
        let mut fake = Fake::new(&EN);
        fake.say(say);
        fake.say(yes);
        assert!(fake.task("gym")["due"].is_null(), "{say}");
        for title in &EN[1..] {
            assert_eq!(fake.task(title)["due"]["date"], "2026-11-27", "{say}: {title}");
        }
    }
}

#[test]
fn nothing_is_done_where_what_is_left_out_is_not_there() {
    for say in [
        "delete all except pool",
        "delete everything except today's tasks",
        "pool ke ilawa sab mita do",
    ] {
        let mut fake = Fake::new(&EN);
        fake.say(say);
        fake.say("yes");
        assert_eq!(fake.titles(), EN, "{say}");
    }
}

#[test]
fn overdue_tasks_are_those_whose_time_has_passed() {
    for (say, yes) in [
        ("delete overdue tasks", "yes"),
        ("delete all overdue", "yes"),
        ("overdue kaam mita do", "haan"),
        ("jin kaamon ka waqt guzar gaya wo mita do", "haan"),
        ("اوور ڈیو کام مٹا دو", "ہاں"),
    ] {
        let mut fake = Fake::new(&["gym", "dentist", "milk"]);
        fake.due("gym", "2026-11-20");
        fake.due("dentist", "2026-11-24");
        let asked = fake.say(say);
        assert!(
            fake.deeds().is_empty() && asked.contains("**gym**") && !asked.contains("dentist"),
            "{say}: {asked}"
        );
        fake.say(yes);
        assert_eq!(fake.titles(), ["dentist", "milk"], "{say}");
    }
    for say in [
        "move overdue tasks to tomorrow",
        "overdue kaam kal pe kar do",
        "اوور ڈیو کام کل پر کر دو",
    ] {
        let mut fake = Fake::new(&["gym", "dentist"]);
        fake.due("gym", "2026-11-20");
        fake.due("dentist", "2026-11-27");
        fake.say(say);
        assert_eq!(fake.task("gym")["due"]["date"], "2026-11-24", "{say}");
        assert_eq!(fake.task("dentist")["due"]["date"], "2026-11-27", "{say}");
    }
    let mut fake = Fake::new(&["gym", "dentist"]);
    fake.due("gym", "2026-11-20");
    fake.say("complete overdue tasks");
    assert_eq!(fake.completed(), ["gym"]);
}

#[test]
fn the_tasks_of_a_day_are_all_of_them() {
    for say in [
        "move today's tasks to tomorrow",
        "postpone everything due today to tomorrow",
        "aaj ke kaam kal pe kar do",
        "آج کے کام کل پر کر دو",
    ] {
        let mut fake = Fake::new(&["gym", "dentist", "milk"]);
        fake.due("gym", "2026-11-23");
        fake.due("dentist", "2026-11-27");
        fake.say(say);
        assert_eq!(fake.deeds(), ["update_task"], "{say}: {:?}", fake.calls);
        assert_eq!(fake.task("gym")["due"]["date"], "2026-11-24", "{say}");
    }
    let mut fake = Fake::new(&["gym", "dentist"]);
    fake.due("gym", "2026-11-23");
    fake.say("complete today's tasks");
    assert_eq!(fake.completed(), ["gym"]);
}
