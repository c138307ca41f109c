#include "par/timesheet.h"

#include "base/memory.h"
#include "base/text.h"
#include "store/folder.h"
#include "store/job_file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define FILE_NAME "times.csv"

enum { PLACES = 9, FIELDS = PLACES + 2 * LLR_STAGES };

double llr_time_line_wall(const llr_time_line_t *line)
{
    double seconds = 0;
    for (int s = 0; s < LLR_STAGES; s++) seconds += line->wall[s];
    return seconds;
}

static void add_head(llr_text_t *out)
{
    llr_text_add(out, "run,ranks,nodes,found,units,cells,stopped,rank,host");
    for (int s = 0; s < LLR_STAGES; s++) llr_text_add(out, ",%s", llr_stage_name((llr_stage_t)s));
    for (int s = 0; s < LLR_STAGES; s++)
        llr_text_add(out, ",%s_cpu", llr_stage_name((llr_stage_t)s));
    llr_text_add(out, "\n");
}

static void add_seconds(llr_text_t *out, const double *seconds)
{
    /* Microseconds, and no decimal comma whatever the locale. */
    for (int s = 0; s < LLR_STAGES; s++) {
        long long micro = (long long)(seconds[s] * 1e6 + .5);
        llr_text_add(out, ",%lld.%06lld", micro / 1000000, micro % 1000000);
    }
}

static void add_line(llr_text_t *out, const llr_time_line_t *line)
{
    llr_text_add(out, "%lld,%lld,%lld,%lld,%lld,%lld,%d,%lld,%s", (long long)line->run,
                 (long long)line->ranks, (long long)line->nodes, (long long)line->found,
                 (long long)line->units, (long long)line->cells, line->stopped,
                 (long long)line->rank, line->host);
    add_seconds(out, line->wall);
    add_seconds(out, line->cpu);
    llr_text_add(out, "\n");
}

/* Reading ------------------------------------------------------------------------------------ */

static bool read_counts(char **rest, llr_time_line_t *line)
{
    int64_t stopped, *count[] = {&line->run,   &line->ranks, &line->nodes, &line->found,
                                 &line->units, &line->cells, &stopped,     &line->rank};
    for (size_t c = 0; c < sizeof count / sizeof *count; c++) {
        const char *word = strsep(rest, ",");
        if (!word || !llr_text_to_int64(word, count[c]) || *count[c] < 0) return false;
    }
    line->stopped = stopped;
    return line->run > 0 && line->rank < line->ranks;
}

static bool read_seconds(char **rest, double *seconds)
{
    for (int s = 0; s < LLR_STAGES; s++) {
        const char *word = strsep(rest, ",");
        if (!word || !llr_text_to_double(word, &seconds[s])) return false;
        if (!(seconds[s] >= 0) || isinf(seconds[s])) return false;
    }
    return true;
}

static bool read_line(char *text, llr_time_line_t *line)
{
    if (!read_counts(&text, line)) return false;
    const char *host = strsep(&text, ",");
    if (!host || strlen(host) >= sizeof line->host) return false;
    strcpy(line->host, host);
    return read_seconds(&text, line->wall) && read_seconds(&text, line->cpu) && !text;
}

static llr_code_t read_lines(llr_timesheet_t *sheet, const char *path, char *text,
                             llr_error_t *error)
{
    llr_text_t head = {0};
    add_head(&head);
    const char *first = strsep(&text, "\n");
    bool known = head.data && !strncmp(first, head.data, (size_t)head.length - 1);
    llr_text_destroy(&head);
    if (!known)
        return llr_fail(error, LLR_INVALID,
                        "%s: line 1: is not the head of a %s that this version writes", path,
                        FILE_NAME);
    for (char *line; (line = strsep(&text, "\n")) && *line;) {
        if (llr_grow((void **)&sheet->line, sheet->lines, &sheet->room, sizeof *sheet->line))
            return llr_fail_memory(error, sheet->lines, "the times of the ranks");
        sheet->line[sheet->lines] = (llr_time_line_t){0};
        if (!read_line(line, &sheet->line[sheet->lines]))
            return llr_fail(error, LLR_INVALID, "%s: line %lld: expected %d fields as in line 1",
                            path, (long long)sheet->lines + 2, FIELDS);
        sheet->lines++;
    }
    return LLR_OK;
}

/* The file's text, or none where it is not there. */
static llr_code_t read_text(const char *path, llr_text_t *text, llr_error_t *error)
{
    struct stat about;
    return stat(path, &about) ? LLR_OK : llr_job_file_read(path, text, error);
}

llr_code_t llr_timesheet_read(llr_timesheet_t *sheet, const char *folder, llr_error_t *error)
{
    llr_text_t path = {0}, text = {0};
    *sheet = (llr_timesheet_t){0};
    llr_text_add(&path, "%s/" FILE_NAME, folder);
    if (path.failed) return llr_fail_memory(error, path.length, "a path");
    llr_code_t code = read_text(path.data, &text, error);
    if (code == LLR_OK && text.length) code = read_lines(sheet, path.data, text.data, error);
    llr_text_destroy(&text);
    llr_text_destroy(&path);
    return code;
}

void llr_timesheet_destroy(llr_timesheet_t *sheet)
{
    free(sheet->line);
    *sheet = (llr_timesheet_t){0};
}

/* Writing ------------------------------------------------------------------------------------ */

/* Rank 0: behind the runs that are there. A file that cannot be read makes room for a new one. */
static llr_code_t write_run(const char *folder, llr_time_line_t *line, int64_t ranks,
                            llr_error_t *error)
{
    llr_timesheet_t sheet;
    llr_text_t text = {0};
    llr_error_t unreadable = {0};
    if (llr_timesheet_read(&sheet, folder, &unreadable) != LLR_OK) sheet.lines = 0;
    int64_t run = sheet.lines ? sheet.line[sheet.lines - 1].run + 1 : 1;
    add_head(&text);
    for (int64_t i = 0; i < sheet.lines; i++) add_line(&text, &sheet.line[i]);
    for (int64_t r = 0; r < ranks; r++) {
        line[r].run = run;
        line[r].found = line->found; /* which rank 0 knows */
        line[r].units = line->units;
        line[r].cells = line->cells;
        add_line(&text, &line[r]);
    }
    llr_code_t code = llr_aside_text(folder, FILE_NAME, &text, "the times of the ranks", error);
    llr_text_destroy(&text);
    llr_timesheet_destroy(&sheet);
    return code;
}

llr_code_t llr_timesheet_add(llr_comm_t *comm, const char *folder, const llr_times_t *times,
                             llr_time_line_t *run, llr_error_t *error)
{
    int64_t ranks = llr_comm_size(comm);
    bool first = llr_comm_rank(comm) == 0;
    llr_time_line_t *all = llr_alloc(first ? ranks : 1, sizeof *all);
    llr_code_t code =
        all ? LLR_OK
            : llr_fail_memory(error, ranks * (int64_t)sizeof *all, "the times of the ranks");
    code = llr_comm_agree(comm, code, error);
    if (code == LLR_OK) {
        run->ranks = ranks;
        run->nodes = llr_comm_nodes(comm);
        run->rank = llr_comm_rank(comm);
        llr_host_text(run->host);
        memcpy(run->wall, times->wall, sizeof run->wall);
        memcpy(run->cpu, times->cpu, sizeof run->cpu);
        llr_comm_gather(comm, run, sizeof *run, all);
        if (first) code = write_run(folder, all, ranks, error);
        code = llr_comm_agree(comm, code, error);
    }
    free(all);
    return code;
}
