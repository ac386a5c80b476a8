r"""The query language over the objects of a report: `COUNT(SSN) > 3 AND NAME CONTAINS "Smith"`.

`grammar.lark` is its one grammar, `syntax` its one tree, `parse` makes the one from the other. Two back ends
must agree: `predicate` decides while an object is read (groups), `sql` searches what was written.

- `COUNT(LABEL) op number`: the object has so many entities of the label.
- `LABEL op "text"`, `LABEL CONTAINS "text"`: *any* entity of the label satisfies it; so `NAME != "Ann"` holds
  when there is a name other than Ann, and `NOT NAME = "Ann"` when there is no Ann.
- `AND`, `OR`, `NOT` and parentheses; AND binds tighter than OR. Keywords in either case, labels in capitals.
- `op` is one of `< <= = != >= >`. Texts compare by code point, exactly: case and spaces count.
- Texts stand in single or double quotes; in them `\\`, `\'`, `\"`, `\n`, `\r`, `\t` and `\uXXXX` are escapes.
"""
