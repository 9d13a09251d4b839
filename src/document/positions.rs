//! Lines and columns of many bytes in one pass.

use crate::model::Position;

/// Turns ascending byte offsets into positions; what was walked over once is not walked over again.
pub(super) struct Positions<'t> {
    text: &'t str,
    /// How far the text is counted.
    counted: usize,
    line: usize,
    line_start: usize,
}

impl<'t> Positions<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, counted: 0, line: 1, line_start: 0 }
    }

    /// The line of `offset`, from 1.
    pub(super) fn line(&mut self, offset: usize) -> usize {
        if offset < self.counted {
            *self = Self::new(self.text);
        }
        let ahead = &self.text.as_bytes()[self.counted..offset];
        self.line += ahead.iter().filter(|&&b| b == b'\n').count();
        if let Some(last) = ahead.iter().rposition(|&b| b == b'\n') {
            self.line_start = self.counted + last + 1;
        }
        self.counted = offset;
        self.line
    }

    /// The position of `offset`, which must be a character boundary.
    pub(super) fn at(&mut self, offset: usize) -> Position {
        let line = self.line(offset);
        Position { line, column: self.text[self.line_start..offset].chars().count() + 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_agree_with_the_simple_count() {
        let text = "aé\nb\r\n\ncä";
        let mut positions = Positions::new(text);
        for (offset, _) in text.char_indices().chain([(text.len(), ' '), (1, ' ')]) {
            assert_eq!(positions.at(offset), Position::of(text, offset), "{offset}");
        }
    }
}
