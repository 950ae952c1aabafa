//! How long understanding takes: a message of 200 characters in each script has to stay under a millisecond on one core.

use std::hint::black_box;

use chrono::{NaiveDate, NaiveDateTime};
use criterion::{Criterion, criterion_group, criterion_main};
use kaam::domain::language::{find_matches, understand};

/// Sentences of everyday length, put together to 200 characters.
const MESSAGES: [(&str, &str); 3] = [
    (
        "en",
        "Please remind me to call the plumber tomorrow at 5 pm about the leaking tap in the kitchen, buy detergent and two light bulbs on the way home, \
         and mark the gym done, because I went there this morning.",
    ),
    (
        "ur-Latn",
        "Mujhe kal shaam 5 baje plumber ko call karni hai ke kitchen ka nalka theek kare, wapsi par surf aur do bulb bhi lene hain, aur gym wala kaam \
         mukammal kar do kyun ke main subah ho aaya tha, shukriya.",
    ),
    (
        "ur",
        "مجھے کل شام ۵ بجے پلمبر کو کال کرنی ہے کہ باورچی خانے کا نلکا ٹھیک کرے، واپسی پر صابن اور دو بلب بھی لینے ہیں، اور جم والا کام مکمل کر دو کیونکہ میں صبح \
         وہاں ہو آیا تھا، آپ کا بہت بہت شکریہ۔ اللہ حافظ",
    ),
];

fn now() -> NaiveDateTime {
    NaiveDate::from_ymd_opt(2026, 11, 23)
        .unwrap_or_default()
        .and_time(chrono::NaiveTime::MIN)
}

fn understanding(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("understand");
    for (script, text) in MESSAGES {
        let text: String = text.chars().take(200).collect();
        // The lists are read once per process.
        black_box(understand(&text, now()));
        group.bench_function(script, |bencher| bencher.iter(|| understand(black_box(&text), now())));
    }
    group.finish();
    let titles: Vec<String> = (0..50).map(|n| format!("Call the plumber about tap number {n}")).collect();
    let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
    criterion.bench_function("find among 50 tasks", |bencher| {
        bencher.iter(|| find_matches(black_box("the plumber thing"), &titles))
    });
}

criterion_group!(benches, understanding);
criterion_main!(benches);
