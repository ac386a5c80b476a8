-- A part that is deleted is looked for among those that were merged into one: without an index, in all of the table.

CREATE INDEX part_by_merged ON part (merged_into) WHERE merged_into IS NOT NULL;
