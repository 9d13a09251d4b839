//! What stands in the columns of a row: the answer to a plain message is text throughout.

use std::borrow::Cow;

use sqlx::postgres::PgRow;
use sqlx::{Row as _, ValueRef as _};

use crate::store::answer::{Answer, nonsense};

impl Answer for PgRow {
    fn text(&self, index: usize) -> sqlx::Result<Option<Cow<'_, str>>> {
        let value = self.try_get_raw(index)?;
        if value.is_null() {
            return Ok(None);
        }
        value.as_str().map(|text| Some(Cow::Borrowed(text))).map_err(|error| nonsense(index, error))
    }

    fn number(&self, index: usize) -> sqlx::Result<i64> {
        let text = self.text(index)?.ok_or_else(|| nonsense(index, "a number is missing"))?;
        text.parse().map_err(|error: std::num::ParseIntError| nonsense(index, error))
    }

    fn bytes(&self, index: usize) -> sqlx::Result<Option<Cow<'_, [u8]>>> {
        let Some(text) = self.text(index)? else { return Ok(None) };
        let pairs = text.strip_prefix("\\x").ok_or_else(|| nonsense(index, "these are no bytes"))?.as_bytes();
        let bytes = pairs.chunks(2).map(byte).collect::<Option<Vec<u8>>>();
        Ok(Some(bytes.ok_or_else(|| nonsense(index, "these are no bytes"))?.into()))
    }
}

fn byte(pair: &[u8]) -> Option<u8> {
    let digit = |at: usize| char::from(*pair.get(at)?).to_digit(16);
    u8::try_from(digit(0)? * 16 + digit(1)?).ok()
}
