//! Lines and columns of many bytes in one pass.

use crate::model::Position;

/// Turns ascending byte offsets into positions; what was walked over once is not walked over again.
pub(super) struct Positions<'t> {
    text: &'t str,
    /// How far the text is counted, and the position there.
    counted: usize,
    position: Position,
}

impl<'t> Positions<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, counted: 0, position: Position { line: 1, column: 1 } }
    }

    /// The position of `offset`, which must be a character boundary.
    pub(super) fn at(&mut self, offset: usize) -> Position {
        if offset < self.counted {
            *self = Self::new(self.text);
        }
        let ahead = &self.text[self.counted..offset];
        let lines = memchr::memchr_iter(b'\n', ahead.as_bytes()).count();
        let on_line = ahead.rfind('\n').map_or(ahead, |last| &ahead[last + 1..]).chars().count();
        let Position { line, column } = self.position;
        let column = if lines == 0 { column + on_line } else { on_line + 1 };
        self.position = Position { line: line + lines, column };
        self.counted = offset;
        self.position
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
