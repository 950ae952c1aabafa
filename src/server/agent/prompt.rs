//! The system prompt: `prompts/system.md` with its places filled in.

use chrono::{DateTime, Utc};

use crate::domain::{id::UserId, locale::Script, task::weekday_name};

const SYSTEM: &str = include_str!("../../../prompts/system.md");

/// Fills in who, when, where and in which language.
pub fn system(user: UserId, now: DateTime<Utc>, zone: chrono_tz::Tz, script: Script) -> String {
    let local = now.with_timezone(&zone);
    let time = format!("{}, {}", weekday_name(local.date_naive()), local.format("%-d %B %Y, %H:%M"));
    SYSTEM
        .replace("{{user_id}}", &user.to_string())
        .replace("{{current_time}}", &time)
        .replace("{{time_zone}}", zone.name())
        .replace("{{language}}", script.english_name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_is_filled_in() {
        let now = DateTime::from_timestamp(1_795_448_178, 0).unwrap();
        let prompt = system(UserId(uuid::Uuid::from_u128(1)), now, chrono_tz::Asia::Karachi, Script::UrLatn);
        assert!(!prompt.contains("{{"), "{prompt}");
        assert!(
            prompt.contains("Sunday, 22 November 2026") || prompt.contains("Monday, 23 November 2026"),
            "{prompt}"
        );
        assert!(prompt.contains("Asia/Karachi") && prompt.contains("Roman Urdu"));
    }
}
