//! What stands in the columns of a row.

use std::borrow::Cow;

use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use crate::store::answer::Answer;

impl Answer for SqliteRow {
    fn text(&self, index: usize) -> sqlx::Result<Option<Cow<'_, str>>> {
        let lossy = |bytes| str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed);
        Ok(self.try_get::<Option<&[u8]>, _>(index)?.map(lossy))
    }

    fn number(&self, index: usize) -> sqlx::Result<i64> {
        self.try_get(index)
    }

    fn bytes(&self, index: usize) -> sqlx::Result<Option<Cow<'_, [u8]>>> {
        Ok(self.try_get::<Option<&[u8]>, _>(index)?.map(Cow::Borrowed))
    }
}
