// KCalendarCore, the reader inside KOrganizer and Merkuro: prints the occurrences of a calendar that
// it reads from standard input, from a day to before another, as JSON.
#include <KCalendarCore/ICalFormat>
#include <KCalendarCore/MemoryCalendar>
#include <KCalendarCore/OccurrenceIterator>
#include <QCoreApplication>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTextStream>
#include <QTimeZone>

using namespace KCalendarCore;

static QString written(const QDateTime &time, bool allDay) {
  return allDay ? time.date().toString(Qt::ISODate)
                : time.toUTC().toString(QStringLiteral("yyyy-MM-ddTHH:mm:ss.000Z"));
}

int main(int argc, char **argv) {
  QCoreApplication application(argc, argv);
  const QString first = application.arguments().at(1), last = application.arguments().at(2);
  QFile input;
  if (!input.open(stdin, QIODevice::ReadOnly)) return 1;
  auto calendar = MemoryCalendar::Ptr(new MemoryCalendar(QTimeZone::utc()));
  if (!ICalFormat().fromRawString(calendar, input.readAll())) return 2;
  const QDateTime from(QDate::fromString(first, Qt::ISODate).addDays(-40), QTime(), Qt::UTC);
  const QDateTime to(QDate::fromString(last, Qt::ISODate).addDays(2), QTime(), Qt::UTC);
  QJsonArray found;
  OccurrenceIterator occurrences(*calendar, from, to);
  while (occurrences.hasNext()) {
    occurrences.next();
    const auto event = occurrences.incidence().dynamicCast<Event>();
    if (!event) continue;
    const bool allDay = event->allDay();
    const QDateTime start = occurrences.occurrenceStartDate();
    const QDateTime end = event->endDateForStart(start);
    const QString begins = written(start, allDay);
    if (begins < first || begins >= last) continue;
    found.append(QJsonObject{
        {QStringLiteral("uid"), event->uid()},
        {QStringLiteral("title"), event->summary()},
        {QStringLiteral("start"), begins},
        {QStringLiteral("end"), written(allDay ? end.addDays(1) : end, allDay)},
        {QStringLiteral("all_day"), allDay}});
  }
  QTextStream(stdout) << QJsonDocument(found).toJson(QJsonDocument::Compact) << "\n";
}
