#include "base/memory.h"
#include "base/real.h"
#include "store/table_write.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A number and its text: weights, strengths and rates come again and again. */
typedef struct known {
    double value;
    int length; /* 0: none yet */
    char text[LLR_NUMBER_TEXT];
} known_t;

enum { KNOWN_BITS = 12, KNOWN = 1 << KNOWN_BITS };

/* Where the text goes. The digest leaves out the timing and placement columns, which stand last. */
typedef struct sink {
    llr_aside_t *file;    /* or NULL */
    llr_hasher_t *hasher; /* or NULL */
    llr_text_t text;      /* waiting for both */
    llr_text_t first;     /* the first cell of the line: the key, which a cell's lines share */
    int64_t hashed, line; /* of it; where its last line begins */
    int64_t numbers;      /* room that all numbers of a line may need */
    bool line_has, cut;   /* a cell stands in the line; the digest of the line has ended */
    known_t *known;       /* owned, KNOWN */
} sink_t;

enum { SINK_BYTES = 1 << 20 };

static void hash_rest(sink_t *sink)
{
    if (sink->hasher && sink->text.length > sink->hashed)
        llr_hasher_add(sink->hasher, sink->text.data + sink->hashed,
                       sink->text.length - sink->hashed);
    sink->hashed = sink->text.length;
}

static void flush(sink_t *sink)
{
    hash_rest(sink);
    if (sink->file && sink->text.length) {
        llr_aside_write(sink->file, sink->text.data, sink->text.length);
        llr_aside_push(sink->file);
    }
    sink->text.length = sink->hashed = 0;
}

/* Room for the text of a cell beyond that for all numbers of a line; false: out of memory. */
static bool make_room(sink_t *sink, int64_t length)
{
    return llr_text_room(&sink->text, length + sink->numbers);
}

/* Where the text of a cell goes, for which there is room. */
static char *begin_cell(sink_t *sink, bool placement)
{
    if (placement && !sink->cut) hash_rest(sink);
    sink->cut = placement;
    char *to = sink->text.data + sink->text.length;
    if (sink->line_has) *to++ = ',';
    sink->line_has = true;
    return to;
}

static void end_cell(sink_t *sink, const char *end)
{
    sink->text.length = end - sink->text.data;
}

static void add_cell(sink_t *sink, const char *cell, int64_t length, bool placement)
{
    if (!make_room(sink, length)) return;
    char *to = begin_cell(sink, placement);
    memcpy(to, cell, (size_t)length);
    end_cell(sink, to + length);
}

static void end_line(sink_t *sink)
{
    if (sink->cut) sink->hashed = sink->text.length;
    llr_text_add_bytes(&sink->text, "\n", 1);
    sink->line_has = sink->cut = false;
    if (sink->text.length > SINK_BYTES) flush(sink);
    sink->line = sink->text.length;
}

/* Length of what stands before the first character that needs quotes. */
static int64_t plain_length(const char *text)
{
    static const bool special[256] = {
        ['\0'] = true, [','] = true, ['"'] = true, ['\r'] = true, ['\n'] = true};
    const unsigned char *end = (const unsigned char *)text;
    while (!special[*end]) end++;
    return (const char *)end - text;
}

/* RFC 4180: quoted where it holds a comma, a quote or a line break, quotes doubled. */
static void quote(const char *text, llr_text_t *out)
{
    llr_text_add_bytes(out, "\"", 1);
    for (const char *c = text; *c; c++) {
        if (*c == '"') llr_text_add_bytes(out, c, 1);
        llr_text_add_bytes(out, c, 1);
    }
    llr_text_add_bytes(out, "\"", 1);
}

static void add_text(sink_t *sink, const char *text, bool placement)
{
    int64_t length = plain_length(text);
    if (!text[length]) {
        add_cell(sink, text, length, placement);
        return;
    }
    llr_text_t quoted = {0};
    quote(text, &quoted);
    if (quoted.failed)
        sink->text.failed = 1;
    else
        add_cell(sink, quoted.data, quoted.length, placement);
    llr_text_destroy(&quoted);
}

static const known_t *find_text(sink_t *sink, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    known_t *known = &sink->known[bits * 0x9e3779b97f4a7c15u >> (64 - KNOWN_BITS)];
    if (known->length && !memcmp(&known->value, &value, sizeof value)) return known;
    known->value = value;
    known->length = llr_real_text(value, known->text);
    return known;
}

/* 17 digits read back as exactly this double; NaN is an empty cell. Whole numbers take the short
 * way to the same text. */
static int write_real(sink_t *sink, double value, char *to)
{
    if (isnan(value)) return 0;
    if (fabs(value) < 1e15 && value == (double)(int64_t)value && !(value == 0 && signbit(value)))
        return llr_whole_text((int64_t)value, to);
    const known_t *known = find_text(sink, value);
    memcpy(to, known->text, LLR_NUMBER_TEXT);
    return known->length;
}

/* There is room for the numbers of a line. */
static void add_value(sink_t *sink, const llr_column_t *column, const llr_cursor_t *cursor)
{
    bool placement = column->scope == LLR_COLUMN_PLACEMENT;
    if (column->type == LLR_COLUMN_TEXT) {
        add_text(sink, column->get.text(cursor), placement);
        return;
    }
    char *to = begin_cell(sink, placement);
    end_cell(sink, to + (column->type == LLR_COLUMN_COUNT
                             ? llr_whole_text(column->get.count(cursor), to)
                             : write_real(sink, column->get.real(cursor), to)));
}

static void add_names(sink_t *sink, const llr_sheet_t *sheet)
{
    for (const llr_column_t *c = sheet->column; c < sheet->column + sheet->columns; c++)
        if (c->scope != LLR_COLUMN_ONLY_H5)
            add_text(sink, c->name, c->scope == LLR_COLUMN_PLACEMENT);
    end_line(sink);
}

/* The key. The long sheet has it many times in a row. */
static void add_first(sink_t *sink, const llr_column_t *column, const llr_cursor_t *cursor)
{
    if (cursor->slot) { /* not the first line */
        add_cell(sink, sink->first.data, sink->first.length, false);
        return;
    }
    add_value(sink, column, cursor);
    sink->first.length = 0;
    if (!sink->text.failed && cursor->is_long)
        llr_text_add_bytes(&sink->first, sink->text.data + sink->line,
                           sink->text.length - sink->line);
}

static void add_values(sink_t *sink, const llr_sheet_t *sheet, const llr_cursor_t *cursor)
{
    add_first(sink, sheet->column, cursor);
    if (sink->text.failed) return;
    for (const llr_column_t *c = sheet->column + 1; c < sheet->column + sheet->columns; c++)
        if (c->scope != LLR_COLUMN_ONLY_H5) add_value(sink, c, cursor);
    end_line(sink);
}

static bool has_failed(const sink_t *sink)
{
    return sink->text.failed || sink->first.failed || (sink->file && sink->file->failure);
}

/* false: out of memory. */
static bool write_lines(sink_t *sink, const llr_table_t *table, const llr_sheet_t *sheet)
{
    llr_cursor_t cursor;
    llr_cursor_begin(&cursor, table, sheet);
    sink->numbers = sheet->columns * (LLR_NUMBER_TEXT + 1);
    add_names(sink, sheet);
    while (!has_failed(sink) && llr_cursor_next(&cursor)) add_values(sink, sheet, &cursor);
    flush(sink);
    bool out_of_memory = cursor.key.failed || sink->text.failed || sink->first.failed;
    llr_cursor_end(&cursor);
    return !out_of_memory;
}

llr_code_t llr_table_csv(const llr_table_t *table, const llr_sheet_t *sheet, llr_aside_t *file,
                         llr_hasher_t *hasher, llr_error_t *error)
{
    sink_t sink = {.file = file, .hasher = hasher};
    locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    locale_t before = uselocale(plain);
    sink.known = llr_alloc(KNOWN, sizeof *sink.known);
    bool whole = plain && sink.known && write_lines(&sink, table, sheet);
    uselocale(before);
    if (plain) freelocale(plain);
    free(sink.known);
    llr_text_destroy(&sink.first);
    llr_text_destroy(&sink.text);
    return whole ? LLR_OK : llr_fail_memory(error, SINK_BYTES, "the text of the table");
}

/* A double-quoted YAML scalar: every line break and control character escaped. */
static void add_quoted(llr_text_t *out, const char *value)
{
    llr_text_add_bytes(out, "\"", 1);
    for (const unsigned char *c = (const unsigned char *)value; *c; c++) {
        if (*c == '"' || *c == '\\')
            llr_text_add(out, "\\%c", *c);
        else if (*c == '\n')
            llr_text_add(out, "\\n");
        else if (*c < 0x20 || *c == 0x7f)
            llr_text_add(out, "\\x%02X", *c);
        else
            llr_text_add_bytes(out, c, 1);
    }
    llr_text_add_bytes(out, "\"", 1);
}

llr_code_t llr_table_provenance(const llr_provenance_t *provenance, llr_aside_t *file,
                                llr_error_t *error)
{
    llr_text_t text = {0};
    for (int64_t i = 0; i < provenance->count; i++) {
        const char *key = provenance->key[i];
        bool plain = !key[strspn(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_")];
        if (plain)
            llr_text_add(&text, "%s", key);
        else
            add_quoted(&text, key);
        llr_text_add(&text, ": ");
        add_quoted(&text, provenance->value[i]);
        llr_text_add(&text, "\n");
    }
    bool failed = text.failed;
    if (!failed && text.length) llr_aside_write(file, text.data, text.length);
    llr_text_destroy(&text);
    return failed ? llr_fail_memory(error, 0, "the provenance") : LLR_OK;
}
