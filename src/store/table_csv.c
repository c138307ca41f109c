#include "base/real.h"
#include "store/table_write.h"

#include <locale.h>
#include <math.h>
#include <string.h>

/* A number and its text: weights, strengths and rates come again and again. */
typedef struct known {
    double value;
    int length; /* 0: none yet */
    char text[LLR_NUMBER_TEXT];
} known_t;

enum { KNOWN = 512 };

/* Where the text goes. The digest leaves out the timing and placement columns, which stand last. */
typedef struct sink {
    llr_aside_t *file;    /* or NULL */
    llr_hasher_t *hasher; /* or NULL */
    llr_text_t text;      /* waiting for both */
    int64_t hashed;       /* of it */
    bool line_has, cut;   /* a cell stands in the line; the digest of the line has ended */
    known_t known[KNOWN];
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
    if (sink->file && sink->text.length)
        llr_aside_write(sink->file, sink->text.data, sink->text.length);
    sink->text.length = sink->hashed = 0;
}

static void add_cell(sink_t *sink, const char *cell, int64_t length, bool placement)
{
    if (placement && !sink->cut) hash_rest(sink);
    sink->cut = placement;
    char *to = llr_text_room(&sink->text, length + 1);
    if (!to) return;
    if (sink->line_has) *to++ = ',';
    memcpy(to, cell, (size_t)length);
    sink->text.length += length + sink->line_has;
    sink->line_has = true;
}

static void end_line(sink_t *sink)
{
    if (sink->cut) sink->hashed = sink->text.length;
    llr_text_add_bytes(&sink->text, "\n", 1);
    sink->line_has = sink->cut = false;
    if (sink->text.length > SINK_BYTES) flush(sink);
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
static void add_text(sink_t *sink, const char *text, bool placement)
{
    int64_t length = plain_length(text);
    if (!text[length]) {
        add_cell(sink, text, length, placement);
        return;
    }
    llr_text_t quoted = {0};
    llr_text_add_bytes(&quoted, "\"", 1);
    for (const char *c = text; *c; c++) {
        if (*c == '"') llr_text_add_bytes(&quoted, c, 1);
        llr_text_add_bytes(&quoted, c, 1);
    }
    llr_text_add_bytes(&quoted, "\"", 1);
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
    known_t *known = &sink->known[bits * 0x9e3779b97f4a7c15u >> 55]; /* 64 - 55 bits: KNOWN */
    if (known->length && !memcmp(&known->value, &value, sizeof value)) return known;
    known->value = value;
    known->length = llr_real_text(value, known->text);
    return known;
}

/* 17 digits read back as exactly this double; NaN is an empty cell. Whole numbers take the short
 * way to the same text. */
static void add_real(sink_t *sink, double value, bool placement)
{
    char text[LLR_NUMBER_TEXT];
    if (isnan(value)) {
        add_cell(sink, "", 0, placement);
    } else if (fabs(value) < 1e15 && value == (double)(int64_t)value &&
               !(value == 0 && signbit(value))) {
        add_cell(sink, text, llr_whole_text((int64_t)value, text), placement);
    } else {
        const known_t *known = find_text(sink, value);
        add_cell(sink, known->text, known->length, placement);
    }
}

static void add_value(sink_t *sink, const llr_column_t *column, const llr_cursor_t *cursor)
{
    char text[LLR_NUMBER_TEXT];
    switch (column->type) {
    case LLR_COLUMN_TEXT:
        add_text(sink, column->get.text(cursor), column->placement);
        break;
    case LLR_COLUMN_COUNT:
        add_cell(sink, text, llr_whole_text(column->get.count(cursor), text), column->placement);
        break;
    case LLR_COLUMN_REAL:
        add_real(sink, column->get.real(cursor), column->placement);
        break;
    }
}

static bool has_failed(const sink_t *sink)
{
    return sink->text.failed || (sink->file && sink->file->failure);
}

/* false: out of memory. */
static bool write_lines(sink_t *sink, const llr_table_t *table, const llr_sheet_t *sheet)
{
    llr_cursor_t cursor;
    llr_cursor_begin(&cursor, table, sheet);
    for (int64_t c = 0; c < sheet->columns; c++)
        add_text(sink, sheet->column[c].name, sheet->column[c].placement);
    end_line(sink);
    while (!has_failed(sink) && llr_cursor_next(&cursor)) {
        for (int64_t c = 0; c < sheet->columns; c++) add_value(sink, &sheet->column[c], &cursor);
        end_line(sink);
    }
    flush(sink);
    bool out_of_memory = cursor.key.failed || sink->text.failed;
    llr_cursor_end(&cursor);
    return !out_of_memory;
}

llr_code_t llr_table_csv(const llr_table_t *table, const llr_sheet_t *sheet, llr_aside_t *file,
                         llr_hasher_t *hasher, llr_error_t *error)
{
    sink_t sink = {.file = file, .hasher = hasher};
    locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    locale_t before = uselocale(plain);
    bool whole = plain && write_lines(&sink, table, sheet);
    uselocale(before);
    if (plain) freelocale(plain);
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
