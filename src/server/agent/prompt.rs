//! The system prompt: `prompts/system.md` with its places filled in.

use chrono::{DateTime, Datelike, Utc};

use crate::{
    domain::{id::UserId, locale::Script, task::weekday_name},
    server::calendar::Calendar,
};

const SYSTEM: &str = include_str!("../../../prompts/system.md");

/// Fills in who, when, where and in which language.
pub fn system(user: UserId, now: DateTime<Utc>, calendar: Calendar, script: Script) -> String {
    let local = calendar.local(now);
    let time = format!("{}, {}", weekday_name(local.weekday()), local.format("%-d %B %Y, %H:%M"));
    SYSTEM
        .replace("{{user_id}}", &user.to_string())
        .replace("{{current_time}}", &time)
        .replace("{{time_zone}}", calendar.zone.name())
        .replace("{{week_start}}", weekday_name(calendar.week_start.weekday()))
        .replace("{{language}}", script.english_name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_is_filled_in() {
        let now = DateTime::from_timestamp(1_795_448_178, 0).unwrap();
        let prompt = system(
            UserId(uuid::Uuid::from_u128(1)),
            now,
            chrono_tz::Asia::Karachi.into(),
            Script::UrLatn,
        );
        assert!(!prompt.contains("{{"), "{prompt}");
        assert!(
            prompt.contains("Sunday, 22 November 2026") || prompt.contains("Monday, 23 November 2026"),
            "{prompt}"
        );
        assert!(prompt.contains("Asia/Karachi") && prompt.contains("Roman Urdu"));
    }
}
